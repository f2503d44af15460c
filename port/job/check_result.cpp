#include "job/check_result.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "job/options.h"
#include "text/printable.h"

namespace thumbnailer {

namespace {

using Fault = std::optional<std::string_view>;

constexpr std::size_t kMaxPlaceholder = std::size_t{16} * 1024; // a data: URI of 16 x 16 pixels has some hundred bytes

bool is_known(Format format) { return static_cast<std::size_t>(format) < kFormats.size(); }
bool is_truth(std::uint8_t value) { return value <= 1; }
bool is_within(std::int64_t value, std::int64_t least, std::int64_t most) { return least <= value && value <= most; }

// As a C string is: nothing behind it reaches beyond the array.
template <std::size_t N>
bool is_ended(const std::array<char, N>& text) {
    return std::ranges::find(text, '\0') != text.end();
}

bool is_one_of(char character, std::string_view characters) { return characters.find(character) != characters.npos; }

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
constexpr std::string_view kBase83 =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";
constexpr std::string_view kNick = "abcdefghijklmnopqrstuvwxyz0123456789-";

bool consists_of(std::string_view text, std::string_view characters) {
    return std::ranges::all_of(text, [&](char character) { return is_one_of(character, characters); });
}

// 2026-11-20T16:50:00, or nothing.
bool is_date(std::string_view text) {
    constexpr std::string_view kShape = "0000-00-00T00:00:00";
    if (text.empty()) return true;
    return text.size() == kShape.size() && std::ranges::equal(text, kShape, [](char given, char shape) {
               return shape == '0' ? is_one_of(given, kDigits) : given == shape;
           });
}

bool is_about_step(const WireFailure& failure) {
    return failure.reason == Reason::step_refused || failure.reason == Reason::step_failed;
}

// A step fails by its own fault, and only in a job that runs it.
bool is_step_failure(const WireFailure& failure, const Job& job) {
    const bool refused = failure.fault == StepFault::refused;
    return static_cast<std::size_t>(failure.fault) < kStepFaults.size() &&
           refused == (failure.reason == Reason::step_refused) &&
           failure.step_use <= (job.describe_step != 0 ? 1 : job.step_uses_count);
}

Fault check_failure(const WireFailure& failure, const Job& job) {
    if (!is_workers_reason(failure.reason)) return "a reason that is not a worker's to give";
    const bool has_steps = job.step_uses_count != 0 || job.describe_step != 0;
    if (is_about_step(failure) ? !has_steps || !is_step_failure(failure, job) : failure.step_use != 0)
        return "a fault of a step that did not run";
    if (!is_ended(failure.message) || !is_ended(failure.option)) return "text without an end";
    if (printable(text_in(failure.message)).empty()) return "a failure without a message";
    const std::string_view option = text_in(failure.option);
    if (!option.empty() && option_named(option).empty()) return "an option that does not exist";
    if (failure.limit < 0) return "a negative limit";
    return std::nullopt;
}

Fault check_header(const Header& header, const Limits& limits) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
    constexpr std::int64_t kMaxBands = 1000;
    constexpr std::int64_t kMostStretched = 10;
    if (!is_known(header.format) || !limits.loaders.has(header.format)) return "a format that is not read";
    if (!is_within(header.raw_width, 1, limits.max_side) || !is_within(header.raw_height, 1, limits.max_side) ||
        std::int64_t{header.raw_width} * header.raw_height > limits.max_pixels)
        return "an image that is too large to be read";
    // Coarser on one side than on the other, by ten times at most, as the decoder has it.
    if (!is_within(header.square_width, header.raw_width, kMostStretched * header.raw_width) ||
        !is_within(header.square_height, header.raw_height, kMostStretched * header.raw_height))
        return "an image that is shown in a size that it cannot have";
    if (!is_within(header.orientation, 1, 8)) return "an orientation that does not exist";
    if (!is_within(header.pages, 1, kMost) || !is_within(header.frames, 1, kMost) || header.duration_ms < 0)
        return "numbers of pages, frames or milliseconds that cannot be";
    if (!is_within(header.bands, 1, kMaxBands) || !is_within(header.depth, 1, 128)) return "samples that cannot be";
    if (!is_within(header.profile_bytes, 0, limits.max_icc_bytes)) return "a profile that is too large to be read";
    if (!is_truth(header.alpha) || !is_truth(header.profile) || !is_truth(header.preview))
        return "a truth of a third kind";
    if (!is_ended(header.colour_space) || !is_ended(header.taken_at) || !is_ended(header.camera))
        return "text without an end";
    if (!consists_of(text_in(header.colour_space), kNick)) return "a colour space that does not exist";
    if (!is_date(text_in(header.taken_at))) return "a date that is none";
    return std::nullopt;
}

struct Piece {
    std::uint64_t offset;
    std::uint64_t size;
};

Fault check_output(const OutputResult& output, const Output& asked, const JobResult& result, const Job& job,
                   std::vector<Piece>& pieces) {
    const Limits& limits = job.limits;
    if (!is_truth(output.made)) return "a truth of a third kind";
    if (output.made == 0) return check_failure(output.failure, job);
    if (output.format != format_for(asked.format, result.header.format, result.header.alpha != 0))
        return "an output of another format than was asked for";
    if (!spec_of(output.format).saves) return "an output of a format that is not written";
    if (!is_within(output.width, 1, kMaxSide) || !is_within(output.height, 1, kMaxSide) ||
        std::int64_t{output.width} * output.height > limits.max_pixels)
        return "an output of a size that is not made";
    if (output.size == 0) return "an output without a byte";
    if ((output.placeholder_size != 0) != (asked.placeholder != Placeholder::none))
        return "a placeholder that was not asked for, or none that was";
    if (output.placeholder_size > kMaxPlaceholder) return "a placeholder that is too long";
    pieces.push_back({output.offset, output.size});
    if (output.placeholder_size != 0) pieces.push_back({output.placeholder_offset, output.placeholder_size});
    return std::nullopt;
}

// One behind the other from the first byte to the last, so that no byte belongs to two outputs, and none to no output.
bool fill(std::vector<Piece> pieces, const ResultMemory& memory) {
    std::ranges::sort(pieces, {}, &Piece::offset);
    std::uint64_t end = 0;
    for (const Piece& piece : pieces) {
        if (piece.offset != end || piece.size > memory.size - end) return false;
        end += piece.size;
    }
    return end == memory.size && memory.allocated >= memory.size;
}

Fault check_description_size(const ResultMemory& memory) {
    if (memory.size == 0 || memory.size > kMaxStepDescription) return "a description that is too long, or none";
    if (memory.allocated < memory.size) return "a description with holes";
    return std::nullopt;
}

// Lines for people, as step/description reads them.
bool is_description(std::string_view text) { return printable(text, true) == text; }

bool begins_as(Format format, Bytes bytes) {
    const auto shown = format_by_magic(bytes);
    // A TIFF that kept the metadata of a raw file looks like one.
    return shown == format || (format == Format::tiff && shown == Format::raw);
}

bool is_placeholder(Placeholder kind, std::string_view text) {
    constexpr std::string_view kUri = "data:image/webp;base64,";
    switch (kind) {
    case Placeholder::thumbhash: return consists_of(text, kBase64);
    case Placeholder::blurhash: return consists_of(text, kBase83);
    case Placeholder::color: return text.size() == 7 && text[0] == '#' && consists_of(text.substr(1), kHex);
    case Placeholder::data_uri: return text.starts_with(kUri) && consists_of(text.substr(kUri.size()), kBase64);
    case Placeholder::none: break;
    }
    return false;
}

} // namespace

bool is_workers_reason(Reason reason) {
    switch (reason) {
    case Reason::bad_option:
    case Reason::unsupported_format:
    case Reason::bad_image:
    case Reason::too_large:
    case Reason::encode_failed:
    case Reason::write_failed:
    case Reason::out_of_memory:
    case Reason::step_refused:
    case Reason::step_failed:
    case Reason::internal: return true;
    default: return false;
    }
}

Fault check_result(const JobResult& result, const Job& job, const ResultMemory& memory) {
    if (result.sequence != job.sequence) return "an answer to another job";
    if (!is_truth(result.failed)) return "a truth of a third kind";
    if (result.failed != 0) return check_failure(result.failure, job);
    if (job.describe_step != 0) return check_description_size(memory);
    if (auto fault = check_header(result.header, job.limits)) return fault;
    if (!is_ended(result.warnings)) return "text without an end";
    if (result.count != job.count) return "another number of outputs than was asked for";
    std::vector<Piece> pieces;
    for (std::size_t index = 0; index < job.count; ++index)
        if (auto fault = check_output(result.outputs[index], job.outputs[index], result, job, pieces)) return fault;
    if (!fill(std::move(pieces), memory)) return "outputs that overlap or leave gaps";
    return std::nullopt;
}

Fault check_contents(const JobResult& result, const Job& job, Bytes memory) {
    if (job.describe_step != 0) return is_description(text_of(memory)) ? Fault() : "a description that is not text";
    for (std::size_t index = 0; index < job.count; ++index) {
        const OutputResult& output = result.outputs[index];
        if (output.made == 0) continue;
        if (!begins_as(output.format, memory.subspan(output.offset, output.size)))
            return "bytes that are not of their format";
        if (output.placeholder_size != 0 &&
            !is_placeholder(job.outputs[index].placeholder,
                            text_of(memory.subspan(output.placeholder_offset, output.placeholder_size))))
            return "a placeholder that is none";
    }
    return std::nullopt;
}

} // namespace thumbnailer
