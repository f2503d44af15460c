#include "cli/explain.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "job/format.h"
#include "os/file.h"
#include "text/print.h"
#include "text/quote.h"

namespace thumbnailer {

namespace {

// The options that always affect a thumbnail; the defaults of the others have no effect.
constexpr std::array<std::string_view, 3> kAlwaysSaid{"fit", "enlarge", "format"};
constexpr std::size_t kSniffed = 65536; // enough bytes to detect the format

std::string bytes_in_words(std::size_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

Result<std::string> format_in_words(Bytes head) {
    const auto format = sniff(head.first(std::min(head.size(), kSniffed)));
    if (!format) return Failure{Reason::unsupported_format, "the source does not begin as any format that is read"};
    return std::string(name_of(*format));
}

Result<std::string> format_in_words(const SourceFile& file) {
    std::array<std::byte, kSniffed> head{};
    const ssize_t count = ::pread(file.descriptor.get(), head.data(), head.size(), 0);
    return format_in_words(Bytes(head).first(static_cast<std::size_t>(std::max<ssize_t>(count, 0))));
}

const std::vector<Term>& items_of(const Term& request) {
    const Tuple* tuple = request.as<Tuple>();
    return tuple != nullptr ? tuple->items : request.as<List>()->items;
}

// The options of each thumbnail as the client wrote them. The request is valid, so they exist.
const std::vector<Term>& outputs_in(const Term& request) {
    const auto& pairs = items_of(request)[2].as<Map>()->pairs;
    return std::ranges::find_if(pairs, [](const auto& pair) { return name_of(pair.first) == "outputs"; })
        ->second.as<List>()
        ->items;
}

} // namespace

std::string Explainer::explain(Bytes payload) {
    const std::string subject = "frame " + std::to_string(++frames_) + ", " + bytes_in_words(payload.size()) + ": ";
    const auto term = config_.codec->decode(payload);
    if (!term) return subject + in_words(term.error()) + "\n";
    const auto request = read_request(*term);
    const auto words = request ? meaning(*term, *request) : Result<std::string>(request.error());
    if (words) return subject + *words + "\n";
    if (const auto id = read_id(*term); id && announces_stream(*term)) {
        streams_.erase(*id);
        refused_.insert(*id);
    }
    return subject + in_words(words.error()) + "\n";
}

Result<std::string> Explainer::meaning(const Term& term, const Request& request) {
    const std::string id = std::to_string(request.id);
    switch (request.op) {
    case Op::make:
    case Op::probe: return work(term, request);
    case Op::chunk: return chunk(request);
    case Op::cancel: streams_.erase(request.id); return "cancel " + id + ", if it is not answered yet";
    case Op::add_step:
        return "add step " + request.step.name + " from " + bytes_in_words(request.step.translation.size()) +
               ", a translation of the module " + request.step.hash;
    case Op::remove_step: return "remove step " + request.step.name;
    case Op::steps: return "the steps " + id + ", answered at once";
    case Op::ping: return "ping " + id + ", answered at once";
    case Op::stats: break;
    }
    return "stats " + id + ", answered at once";
}

Result<std::string> Explainer::work(const Term& term, const Request& request) {
    auto from = source(request);
    if (!from) return from;
    const bool own = request.options.timeout_ms == 0;
    const std::int64_t deadline = own ? config_.timeout_ms : request.options.timeout_ms;
    std::string words = (request.op == Op::make ? "make " : "probe ") + std::to_string(request.id) + " from " + *from +
                        "; within " + std::to_string(deadline) + " ms" + (own ? " (by default)" : "");
    for (std::size_t index = 0; index < request.options.outputs.size(); ++index) {
        const Map& given = *outputs_in(term)[index].as<Map>();
        const std::string defaults = defaults_beside(given, kAlwaysSaid);
        words += "\n    thumbnail " + std::to_string(index + 1) + ": " + text::print(given, {.columns = 0}) +
                 (defaults.empty() ? "" : ", by default " + defaults) + destination(request.options.outputs[index].to);
    }
    return words;
}

Result<std::string> Explainer::source(const Request& request) {
    if (std::holds_alternative<Stream>(request.source)) {
        streams_[request.id] = 0;
        refused_.erase(request.id);
        return std::string("the chunks that follow");
    }
    if (const Bytes* bytes = std::get_if<Bytes>(&request.source)) {
        if (bytes->empty()) return Failure{Reason::empty_source, "the source has no bytes"};
        auto format = format_in_words(*bytes);
        if (!format) return format;
        return bytes_in_words(bytes->size()) + " of " + *format + " in the frame";
    }
    const std::string& path = std::get<std::string>(request.source);
    const auto file = open_source(roots_, path, static_cast<std::size_t>(config_.max_source_bytes));
    if (!file) return file.error();
    auto format = format_in_words(*file);
    if (!format) return format;
    return quote_path(path) + ", " + bytes_in_words(file->size) + " of " + *format;
}

// If one output cannot be written, only that output fails.
std::string Explainer::destination(const std::string& to) {
    if (to.empty()) return "; into the answer";
    if (const auto file = OutputFile::create(roots_, to); !file) return "; " + in_words(file.error());
    return "; to the file " + quote_path(to);
}

Result<std::string> Explainer::chunk(const Request& request) {
    const auto stream = streams_.find(request.id);
    const std::string id = std::to_string(request.id);
    if (stream == streams_.end() && refused_.contains(request.id))
        return "a chunk for stream " + id + ", dropped: its request was refused";
    if (stream == streams_.end())
        return Failure{Reason::bad_request, "a chunk for " + id + ", which is no open stream"};
    if (!request.chunk) {
        const std::size_t size = stream->second;
        streams_.erase(stream);
        if (size == 0) return Failure{Reason::empty_source, "the stream ended without a byte"};
        return "the end of stream " + id + ", " + bytes_in_words(size) + " in all";
    }
    stream->second += request.chunk->size();
    if (stream->second > static_cast<std::size_t>(config_.max_source_bytes)) {
        streams_.erase(stream);
        refused_.insert(request.id);
        return Failure{Reason::too_large, "stream " + id + " is longer than " +
                                              std::to_string(config_.max_source_bytes) + " bytes (--max-source-bytes)"};
    }
    return "a chunk of " + bytes_in_words(request.chunk->size()) + " for stream " + id + ", " +
           bytes_in_words(stream->second) + " so far";
}

std::string Explainer::conclude() {
    std::string lines;
    for (const auto& [id, size] : streams_)
        lines += "stream " + std::to_string(id) + ", " + bytes_in_words(size) + ": " +
                 in_words({Reason::bad_request, "the input ended before the stream did"}) + "\n";
    return lines;
}

std::string Explainer::in_words(const Failure& failure) {
    all_well_ = false;
    return "wrong, " + std::string(name_of(failure.reason)) + ": " + failure.message;
}

} // namespace thumbnailer
