// What the server and a worker send each other over their socket, as plain structs, copied byte for byte: a Job with
// its descriptors to the worker, a JobResult back. An attacker may control the worker: the server uses a JobResult only
// after job/check_result.h has accepted it. Its booleans are bytes, because a bool with another value than 0 and 1 is
// undefined behaviour.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/failure.h"
#include "base/step_fault.h"
#include "job/format.h"
#include "job/output.h"

namespace thumbnailer {

// What becomes of the text of a drawing: without a font it is refused, unless it is said that text is to be left out.
enum class DrawnText : std::uint8_t { drawn, left_out, refused };

// Checked against the header of an image, before any pixel.
struct Limits {
    std::int64_t max_pixels = 200'000'000; // what telephones take
    std::int64_t max_side = 65'535;        // the longest that a JPEG can have
    std::int64_t max_icc_bytes = std::int64_t{8} << 20;
    std::int64_t max_frames = 1000;
    std::int64_t max_memory = std::int64_t{1} << 30;
    std::int64_t max_step_memory = std::int64_t{256} << 20;
    FormatSet loaders = usual_formats();
    DrawnText text = DrawnText::drawn;
};

// A step as one output uses it: its number in the registry, and where its values lie.
struct StepUse {
    std::uint32_t step = 0;
    std::uint16_t first_value = 0;
    std::uint16_t values = 0;
};

// Which of the uses are an output's, in the order in which they run.
struct StepRange {
    std::uint8_t first = 0;
    std::uint8_t count = 0;
};

// Sent with descriptors: the source, the memory for results, and the images to be laid over outputs.
struct Job {
    std::uint64_t sequence = 0; // its number among the jobs of this program; the result says the same
    bool probe = false;
    bool jpeg_fast_path = true; // outputs for which it is possible use it, see thumbnail/ycbcr/ycbcr_pipeline.h
    Limits limits;
    std::uint64_t source_offset = 0; // of the image in the source
    std::uint64_t source_size = 0;
    std::uint32_t count = 0;
    std::array<Output, kMaxOutputs> outputs;
    std::uint32_t overlay_count = 0;
    std::array<std::uint64_t, kMaxOutputs> overlay_sizes{};
    std::array<std::uint8_t, kMaxOutputs> overlay{}; // of an output: 1 + its place among the overlays; 0: none
    std::uint32_t step_uses_count = 0;
    std::array<StepUse, kMaxStepUses> step_uses{};
    std::array<double, kMaxStepValues> step_values{};
    std::array<StepRange, kMaxOutputs> steps{}; // of an output
    // Not 0: the number of a step that is to say what it is, into the memory for results. Then there is no source.
    std::uint32_t describe_step = 0;
};
static_assert(std::is_trivially_copyable_v<Job>);

// A Failure in plain bytes. From a worker it is read only after check_result().
struct WireFailure {
    Reason reason = Reason::internal;
    std::uint8_t step_use = 0; // of step_refused and step_failed: 1 + its place among the uses; 0: none
    StepFault fault = StepFault::refused;
    std::int64_t limit = 0; // 0: none
    std::array<char, 24> option{};
    std::array<char, 240> message{};
};

struct Header {
    Format format = Format::jpeg;
    std::int32_t raw_width = 0;
    std::int32_t raw_height = 0;
    std::int32_t square_width = 0; // as stored, in pixels as wide as they are high: what is shown
    std::int32_t square_height = 0;
    std::int32_t orientation = 1; // EXIF, 1 to 8
    std::int32_t pages = 1;
    std::int32_t frames = 1;      // of an animation
    std::int64_t duration_ms = 0; // of all frames
    std::int32_t bands = 0;
    std::int32_t depth = 0; // bits per sample
    std::int64_t profile_bytes = 0;
    std::uint8_t alpha = 0;
    std::uint8_t profile = 0;
    std::uint8_t preview = 0; // a small copy of itself is embedded
    std::array<char, 16> colour_space{};
    std::array<char, 20> taken_at{}; // 2026-11-20T16:50:00, by the camera's clock; empty: unknown
    std::array<char, 64> camera{};   // maker and model; empty: unknown

    bool sideways() const { return orientation >= 5; }
    std::int32_t width() const { return sideways() ? square_height : square_width; }
    std::int32_t height() const { return sideways() ? square_width : square_height; }
};

struct OutputResult {
    std::uint8_t made = 0;
    Format format = Format::jpeg;
    std::int32_t width = 0;
    std::int32_t height = 0;
    std::uint64_t offset = 0; // in the memory for results
    std::uint64_t size = 0;
    std::uint64_t placeholder_offset = 0; // likewise; size 0: none
    std::uint64_t placeholder_size = 0;
    WireFailure failure; // when not made
};

struct JobResult {
    std::uint64_t sequence = 0; // of the job
    std::uint8_t failed = 0; // 1: the whole job failed, and `failure` says why; 0: the header and the outputs are set
    WireFailure failure;
    Header header;
    std::uint32_t count = 0;
    std::array<OutputResult, kMaxOutputs> outputs;
    std::array<char, 720> warnings{}; // of the decoder of an image that it decoded nevertheless, a line each
};
static_assert(std::is_trivially_copyable_v<JobResult>);

template <std::size_t N>
void copy_text(std::string_view text, std::array<char, N>& into) {
    into.fill('\0');
    text.substr(0, N - 1).copy(into.data(), N - 1);
}
template <std::size_t N>
std::string_view text_in(const std::array<char, N>& from) {
    const std::string_view all(from.data(), N);
    return all.substr(0, all.find('\0'));
}

WireFailure to_wire(const Failure& failure);
Failure from_wire(const WireFailure& plain);

} // namespace thumbnailer
