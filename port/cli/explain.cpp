#include "cli/explain.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "job/format.h"
#include "text/print.h"
#include "text/quote.h"
#include "thumbnail/decode/sniff.h"

namespace thumbnailer {

namespace {

// The options that always affect a thumbnail; the defaults of the others have no effect.
constexpr std::array<std::string_view, 3> kAlwaysSaid{"fit", "enlarge", "format"};
constexpr std::size_t kSniffed = 65536; // enough bytes to detect the format

std::string bytes_in_words(std::size_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

// Such as "4 bytes of jpeg".
Result<std::string> source_in_words(const Task& task) {
    std::array<std::byte, kSniffed> head{};
    const std::size_t wanted = std::min<std::size_t>(head.size(), task.job.source_size);
    const ssize_t count = ::pread(task.source.get(), head.data(), wanted, static_cast<off_t>(task.job.source_offset));
    const auto format = sniff(Bytes(head).first(static_cast<std::size_t>(std::max<ssize_t>(count, 0))));
    if (!format) return Failure{Reason::unsupported_format, "the source does not begin as any format that is read"};
    return bytes_in_words(task.job.source_size) + " of " + std::string(name_of(*format));
}

// Of a tuple, or of a list, which stands for one in MessagePack.
std::span<const Term> items_of(const Term& term) {
    if (const Tuple* tuple = term.as<Tuple>(); tuple != nullptr) return tuple->items;
    if (const List* list = term.as<List>(); list != nullptr) return list->items;
    return {};
}

// The options of each thumbnail as the client wrote them.
std::span<const Term> outputs_in(const Term& request) {
    const auto items = items_of(request);
    const Map* options = items.size() > 2 ? items[2].as<Map>() : nullptr;
    if (options == nullptr) return {};
    for (const auto& [key, value] : options->pairs)
        if (const List* outputs = value.as<List>(); outputs != nullptr && name_of(key) == "outputs")
            return outputs->items;
    return {};
}

bool has_key(const Map& map, std::string_view name) {
    return std::ranges::any_of(map.pairs, [&](const auto& pair) { return name_of(pair.first) == name; });
}

} // namespace

Explainer::Explainer(const Config& config, const Roots& roots)
    : config_(config), roots_(roots),
      streams_(static_cast<std::size_t>(config.max_streams), static_cast<std::size_t>(config.max_source_bytes)) {}

std::string Explainer::explain(Frame& frame) {
    const std::string subject =
        "frame " + std::to_string(++frames_) + ", " + bytes_in_words(frame.payload.size()) + ": ";
    const auto term = config_.codec->decode(frame.payload);
    if (!term) return subject + in_words(term.error()) + "\n";
    auto request = read_request(*term);
    const auto words = request ? meaning(*term, *request, frame) : Result<std::string>(request.error());
    if (words) return subject + *words + "\n";
    if (const auto id = read_id(*term); !request && id && !streams_.release(*id) && announces_stream(*term))
        streams_.discard_rest(*id);
    return subject + in_words(words.error()) + "\n";
}

Result<std::string> Explainer::meaning(const Term& term, Request& request, Frame& frame) {
    const std::string id = std::to_string(request.id);
    switch (request.op) {
    case Op::make:
    case Op::probe: return work(term, request, frame);
    case Op::chunk: return chunk(request);
    case Op::cancel: streams_.release(request.id); return "cancel " + id + ", if it is not answered yet";
    case Op::add_step:
        added_steps_.insert(request.step.name);
        return "add step " + request.step.name + " from " + bytes_in_words(request.step.translation.size()) +
               ", a translation of the module " + request.step.hash;
    case Op::remove_step: added_steps_.erase(request.step.name); return "remove step " + request.step.name;
    case Op::steps: return "the steps " + id + ", answered at once";
    case Op::ping: return "ping " + id + ", answered at once";
    case Op::stats: break;
    }
    return "stats " + id + ", answered at once";
}

Result<std::string> Explainer::work(const Term& term, Request& request, Frame& frame) {
    if (streams_.contains(request.id)) return duplicate_id(request.id);
    const bool stream = std::holds_alternative<Stream>(request.source);
    take_known_steps(request);
    auto task = Task::from(request, frame, config_, roots_, StepRegistry());
    auto opened = task ? (*task)->open_outputs(roots_) : Result<Done>(task.error());
    auto source = !opened  ? Result<std::string>(opened.error())
                  : stream ? Result<std::string>("the chunks that follow")
                           : source_in_words(**task);
    if (!source) {
        if (stream) streams_.discard_rest(request.id);
        return source;
    }
    const std::string* path = std::get_if<std::string>(&request.source);
    const bool own = request.options.timeout_ms == 0;
    std::string words =
        (request.op == Op::make ? "make " : "probe ") + std::to_string(request.id) + " from " +
        (path != nullptr ? quote_path(*path) + ", " : "") + *source +
        (path != nullptr || stream ? "" : " in the frame") + "; within " +
        std::to_string(own ? config_.timeout_ms : request.options.timeout_ms) + " ms" + (own ? " (by default)" : "") +
        (used_ids_.insert(request.id).second
             ? ""
             : "; the id " + std::to_string(request.id) + " was used before, and is refused until that is answered");
    const auto given = outputs_in(term);
    for (std::size_t index = 0; index < std::min(given.size(), (*task)->outputs.size()); ++index)
        words += "\n    thumbnail " + std::to_string(index + 1) + ": " + output(given[index], (*task)->outputs[index]);
    if (!stream) return words;
    if (auto begun = streams_.open(std::move(*task)); !begun) {
        streams_.discard_rest(request.id);
        return std::move(begun).error();
    }
    return words;
}

// Which parameters a step has is not known here; a step that was not added before is an error.
void Explainer::take_known_steps(Request& request) const {
    for (OutputRequest& output : request.options.outputs)
        std::erase_if(output.steps, [&](const RequestedStep& step) { return added_steps_.contains(step.name); });
}

// If one output cannot be written, only that output fails.
std::string Explainer::output(const Term& given, const TaskOutput& output) {
    const Map* options = given.as<Map>();
    if (options == nullptr) return "";
    const std::string defaults = defaults_beside(*options, kAlwaysSaid);
    return text::print(*options, {.columns = 0}) + (defaults.empty() ? "" : ", by default " + defaults) +
           (output.failure      ? "; " + in_words(*output.failure)
            : output.to.empty() ? "; into the answer"
                                : "; to the file " + quote_path(output.to)) +
           (has_key(*options, "region") ? "; whether the region lies in the image is seen when that is read" : "");
}

Result<std::string> Explainer::chunk(const Request& request) {
    const std::string id = std::to_string(request.id);
    if (!streams_.contains(request.id)) {
        if (!streams_.is_discarded(request.id, !request.chunk)) return no_open_stream(request.id);
        return "a chunk for stream " + id + ", dropped: its request was answered with an error";
    }
    auto task = streams_.add(request.id, request.chunk);
    if (!task) return std::move(task).error();
    if (*task) {
        auto source = source_in_words(**task);
        if (!source) return source;
        return "the end of stream " + id + ", " + *source + " in all";
    }
    return "a chunk of " + bytes_in_words(request.chunk->size()) + " for stream " + id + ", " +
           bytes_in_words(streams_.received(request.id)) + " so far";
}

std::string Explainer::conclude() {
    std::string lines;
    for (const Id id : streams_.ids())
        lines += "stream " + std::to_string(id) + ", " + bytes_in_words(streams_.received(id)) + ": " +
                 in_words(Streams::cut()) + "\n";
    return lines;
}

std::string Explainer::in_words(const Failure& failure) {
    all_well_ = false;
    return "wrong, " + std::string(name_of(failure.reason)) + ": " + failure.message;
}

} // namespace thumbnailer
