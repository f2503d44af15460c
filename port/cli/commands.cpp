#include "cli/commands.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <iterator>

#include "cli/explain.h"
#include "cli/show.h"
#include "cli/step_commands.h"
#include "job/format.h"
#include "server/reply.h"
#include "text/quote.h"
#include "text/reader/parse.h"
#include "wire/frame.h"

namespace thumbnailer {

namespace {

ExitCode complain(ExitCode code, std::string_view message) {
    std::cerr << "thumbnailer: " << message << "\n";
    return code;
}

ExitCode frame(const Config& config) {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    const auto parsed = text::parse(text);
    if (!parsed) return complain(ExitCode::usage, parsed.error().message);
    FrameWriter writer(STDOUT_FILENO);
    for (const Term& term : parsed->terms()) {
        Payload payload;
        config.codec->encode(term, payload);
        writer.push(std::move(payload));
    }
    return writer.flush() ? ExitCode::ok : ExitCode::internal;
}

// Calls `use` with each frame of stdin; it returns whether to continue.
template <typename Use>
ExitCode each_frame(const Config& config, Use use) {
    FrameReader reader(STDIN_FILENO, static_cast<std::size_t>(config.max_request_bytes));
    for (;;) {
        auto frame = reader.take();
        if (!frame) return complain(ExitCode::bad_frame, frame.error().message);
        if (*frame) {
            if (const ExitCode code = use(**frame); code != ExitCode::ok) return code;
            continue;
        }
        const auto input = reader.fill();
        if (!input) return complain(ExitCode::internal, input.error().message);
        if (*input == Input::end) break;
    }
    if (reader.between_frames()) return ExitCode::ok;
    return complain(ExitCode::bad_frame, "the input ended inside a frame");
}

ExitCode show(const Config& config) {
    Shower shower(config);
    const ExitCode code = each_frame(config, [&](const Frame& frame) {
        const auto term = config.codec->decode(frame.payload);
        if (!term) return complain(ExitCode::bad_frame, term.error().message);
        shower.show(*term);
        return ExitCode::ok;
    });
    if (code != ExitCode::ok || shower.has_shown()) return code;
    return complain(ExitCode::bad_frame, "--data " + std::to_string(config.show_data) + ": the frames hold " +
                                             std::to_string(shower.found()) + " images");
}

ExitCode echo(const Config& config) {
    FrameWriter writer(STDOUT_FILENO);
    return each_frame(config, [&](const Frame& frame) {
        Payload payload;
        const auto term = config.codec->decode(frame.payload);
        if (term)
            config.codec->encode(*term, payload);
        else
            payload = error_reply(*config.codec, std::nullopt, term.error());
        writer.push(std::move(payload));
        return writer.flush() ? ExitCode::ok : ExitCode::internal;
    });
}

ExitCode explain(const Config& config) {
    const auto roots = Roots::open(config.roots);
    if (!roots) return complain(ExitCode::usage, roots.error().message);
    Explainer explainer(config, *roots);
    const ExitCode code = each_frame(config, [&](Frame& frame) {
        std::cout << explainer.explain(frame) << std::flush;
        return ExitCode::ok;
    });
    if (code != ExitCode::ok) return code;
    std::cout << explainer.conclude();
    return explainer.all_well() ? ExitCode::ok : ExitCode::bad_frame;
}

struct Table {
    std::string_view name;
    std::string (*describe)();
};
constexpr Table kTables[] = {
    {"options", describe_options}, {"formats", describe_formats}, {"reasons", describe_reasons}};

ExitCode describe(const Config& config) {
    bool known = config.words.size() == 1;
    for (const Table& table : kTables) {
        if (config.words.size() == 2 && config.words[1] != table.name) continue;
        if (known) std::cout << (table.name == "options" ? "" : "\n") << "# " << table.name << "\n";
        std::cout << table.describe();
        if (config.words.size() == 2) known = true;
    }
    if (known) return ExitCode::ok;
    return complain(ExitCode::usage, "describe " + quote_path(config.words[1]) +
                                         ": it takes options, formats or reasons, or nothing for all of them");
}

struct Command {
    std::string_view name;
    ExitCode (*run)(const Config&);
    std::size_t max_words;
};
constexpr Command kCommands[] = {{"frame", frame, 1}, {"show", show, 1},         {"explain", explain, 1},
                                 {"echo", echo, 1},   {"describe", describe, 2}, {"step", run_step_command, 64}};

} // namespace

ExitCode run_command(const Config& config) {
    for (const Command& command : kCommands)
        if (command.name == config.words.front() && config.words.size() <= command.max_words)
            return command.run(config);
    std::string words;
    for (const std::string_view word : config.words) words.append(" ").append(quote_path(word));
    return complain(ExitCode::usage, "there is no command" + words + "; see thumbnailer --help");
}

} // namespace thumbnailer
