#include "cli/served_step.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "step/image/elf_layout.h"
#include "step/translate/module_hash.h"
#include "wire/codec.h"

namespace thumbnailer {

namespace {

constexpr std::size_t kMaxAnswer = std::size_t{512} << 20;
constexpr std::string_view kName = "step"; // what the step is called in the child

Failure no_child(const char* what) { return {Reason::internal, std::string(what) + ": " + std::strerror(errno)}; }

std::vector<std::string> flags_from(const Config& config) {
    return {"thumbnailer",
            "--workers=1",
            "--die-with-parent",
            "--sandbox=" + std::string(kSandboxModes[static_cast<std::size_t>(config.sandbox)]),
            "--timeout=" + std::to_string(config.timeout_ms),
            "--max-memory=" + std::to_string(config.max_memory),
            "--max-step-memory=" + std::to_string(config.max_step_memory)};
}

[[noreturn]] void become_program(const Descriptor& input, const Descriptor& output, std::vector<std::string> flags) {
    std::vector<char*> arguments;
    arguments.reserve(flags.size() + 1);
    for (std::string& flag : flags) arguments.push_back(flag.data());
    arguments.push_back(nullptr);
    if (::dup2(input.get(), STDIN_FILENO) >= 0 && ::dup2(output.get(), STDOUT_FILENO) >= 0)
        ::execv("/proc/self/exe", arguments.data());
    ::_exit(static_cast<int>(ExitCode::internal));
}

const Term* value_of(const Map& map, std::string_view key) {
    const auto found = std::ranges::find_if(map.pairs, [&](const auto& pair) { return name_of(pair.first) == key; });
    return found == map.pairs.end() ? nullptr : &found->second;
}

std::string text_at(const Map& map, std::string_view key) {
    const Term* value = value_of(map, key);
    const auto text = value != nullptr ? name_of(*value) : std::nullopt;
    return text ? std::string(*text) : "";
}

Failure failure_in(const Map& map) {
    const std::string reason = text_at(map, "reason");
    const auto row = std::ranges::find(kReasons, reason, &ReasonSpec::name);
    const std::string fault = text_at(map, "fault");
    return {.reason = row == kReasons.end() ? Reason::internal : row->reason,
            .message = text_at(map, "message") + (fault.empty() ? "" : " (" + fault + ")")};
}

const Map* map_of(const Term& answer, std::size_t at) {
    const auto* items = elements(answer);
    return items != nullptr && items->size() > at ? (*items)[at].as<Map>() : nullptr;
}

bool is_ok(const Term& answer) {
    const auto* items = elements(answer);
    return items != nullptr && !items->empty() && name_of(items->front()) == "ok";
}

// The one output in an answer to make.
const Term* output_in(const Map& map) {
    const Term* outputs = value_of(map, "outputs");
    const List* list = outputs != nullptr ? outputs->as<List>() : nullptr;
    return list != nullptr && list->items.size() == 1 ? &list->items.front() : nullptr;
}

} // namespace

Result<TranslatedStep> TranslatedStep::of_translation(Bytes translation) {
    const auto layout = ElfLayout::read(translation);
    if (!layout) return layout.error();
    ModuleHash hash;
    std::copy(std::begin(layout->note.module), std::end(layout->note.module), hash.begin());
    return TranslatedStep{hex_of(hash), {translation.begin(), translation.end()}};
}

ServedStep::ServedStep(pid_t pid, Descriptor to, Descriptor from)
    : pid_(pid), to_(std::move(to)), from_(std::move(from)), reader_(from_.get(), kMaxAnswer) {}

ServedStep::~ServedStep() {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

Result<std::unique_ptr<ServedStep>> ServedStep::start(const Config& config, const TranslatedStep& step) {
    int to[2];
    int from[2];
    if (::pipe2(to, O_CLOEXEC) != 0) return no_child("a pipe");
    const Descriptor their_input(to[0]);
    Descriptor our_output(to[1]);
    if (::pipe2(from, O_CLOEXEC) != 0) return no_child("a pipe");
    Descriptor our_input(from[0]);
    const Descriptor their_output(from[1]);
    const pid_t pid = ::fork();
    if (pid < 0) return no_child("a process");
    if (pid == 0) become_program(their_input, their_output, flags_from(config));
    std::unique_ptr<ServedStep> served(new ServedStep(pid, std::move(our_output), std::move(our_input)));
    if (auto hello = served->next_frame(); !hello) return std::move(hello).error();
    Map names;
    names.put("name", binary(kName));
    names.put("hash", binary(step.hash));
    const Term add =
        tuple(atom("add_step"), integer(1), std::move(names), tuple(atom("bytes"), Binary{step.translation}));
    auto description = served->ask(add, "description");
    if (!description) return std::move(description).error();
    served->description_ = std::move(*description);
    return served;
}

Result<Frame> ServedStep::next_frame() {
    for (;;) {
        auto frame = reader_.take();
        if (!frame) return std::move(frame).error();
        if (*frame) return std::move(**frame);
        const auto input = reader_.fill();
        if (!input) return input.error();
        if (*input == Input::end) return Failure{Reason::internal, "the program that runs the step has ended"};
    }
}

Result<std::string> ServedStep::ask(const Term& term, std::string_view key) {
    Payload payload;
    etf_codec().encode(term, payload);
    FrameWriter writer(to_.get());
    writer.push(std::move(payload));
    if (!writer.flush() || !writer.empty())
        return Failure{Reason::internal, "the program that runs the step takes no request"};
    const auto frame = next_frame();
    if (!frame) return frame.error();
    const auto answer = etf_codec().decode(frame->payload);
    const Map* map = answer ? map_of(*answer, 2) : nullptr;
    if (map == nullptr) return Failure{Reason::internal, "the program that runs the step answers nonsense"};
    if (!is_ok(*answer)) return failure_in(*map);
    const Term* output = output_in(*map);
    if (output == nullptr) return text_at(*map, key);
    const Map* result = map_of(*output, 1);
    if (result == nullptr) return Failure{Reason::internal, "the program that runs the step answers nonsense"};
    if (!is_ok(*output)) return failure_in(*result);
    return text_at(*result, key);
}

Result<std::string> ServedStep::run(Bytes image, std::span<const double> values) {
    List numbers;
    for (const double value : values) numbers.items.emplace_back(value);
    Map output;
    output.put("width", integer(kMaxSide));
    output.put("height", integer(kMaxSide));
    output.put("format", atom("png"));
    output.put("step", List{{tuple(binary(kName), std::move(numbers))}});
    Map options;
    options.put("outputs", List{{Term(std::move(output))}});
    return ask(tuple(atom("make"), integer(2), std::move(options), tuple(atom("bytes"), Binary{image})), "data");
}

} // namespace thumbnailer
