#include "thumbnail/decode/check_header.h"

#include <algorithm>

#include "thumbnail/decode/load.h"
#include "thumbnail/decode/tiff_compression.h"
#include "thumbnail/decode/tiff_layout.h"
#include "thumbnail/jpeg/segments.h"
#include "thumbnail/vips/vips_errors.h"

namespace thumbnailer {

namespace {

Failure unsupported(std::string message) { return {Reason::unsupported_format, std::move(message)}; }

Result<Done> check_jpeg(const Limits& limits, Bytes source) {
    const auto frame = jpeg_frame(source);
    if (!frame) return Done{}; // the decoder says better what is wrong
    if (frame->precision != 8)
        return unsupported("the jpeg image has " + std::to_string(frame->precision) + " bits per sample: 8 are read");
    if (!frame->progressive || frame->coefficient_bytes <= limits.max_memory) return Done{};
    return Failure{.reason = Reason::too_large,
                   .message = "the progressive jpeg image needs " + std::to_string(frame->coefficient_bytes) +
                              " bytes of memory: at most " + std::to_string(limits.max_memory) +
                              " are given to it (--max-memory)",
                   .limit = limits.max_memory};
}

// What a decoder that cannot read row by row, or smaller, holds of an image: all its samples at once.
std::int64_t bytes_held(const Header& header) {
    const bool held = header.format == Format::avif || header.format == Format::heic || header.format == Format::jxl ||
                      header.format == Format::jp2k || header.format == Format::webp;
    if (!held) return 0;
    const double bytes =
        static_cast<double>(header.raw_width) * header.raw_height * header.bands * (header.depth > 8 ? 2 : 1);
    return static_cast<std::int64_t>(std::min(bytes, 1e18));
}

Result<Done> check_memory(const Limits& limits, const Header& header) {
    const std::int64_t held = bytes_held(header);
    if (held <= limits.max_memory) return Done{};
    return Failure{.reason = Reason::too_large,
                   .message = "the " + std::string(name_of(header.format)) + " image needs " + std::to_string(held) +
                              " bytes of memory: at most " + std::to_string(limits.max_memory) +
                              " are given to it (--max-memory)",
                   .limit = limits.max_memory};
}

Result<Done> check_tiff(Bytes source, std::int32_t page) {
    const auto layout = tiff_layout(source, page);
    if (!layout || layout->refusal.empty()) return Done{};
    return unsupported("the tiff image has " + layout->refusal + ": that is not read here");
}

// A decoder says only when it comes to the pixels what it was built without, and the answer to a probe is to be the
// same.
Result<Done> check_compression(const Header& header, Bytes source, std::int32_t page) {
    const auto layout = tiff_layout(source, page);
    if (!layout || is_always_read(layout->compression)) return Done{};
    const auto begun = catch_vips_errors(Reason::bad_image, "", [&] {
        decode_start(header, source, page);
        return Done{};
    });
    if (begun || !says_not_built(begun.error().message)) return Done{};
    return unsupported("the tiff image is compressed with " + compression_name(layout->compression) +
                       ", without which the decoder was built");
}

std::string described(const Header& header) {
    return std::to_string(header.raw_width) + " x " + std::to_string(header.raw_height) + " pixels";
}

Result<Done> check_sides(const Limits& limits, const Header& header) {
    if (std::max(header.raw_width, header.raw_height) > limits.max_side)
        return Failure{.reason = Reason::too_large,
                       .message = "the image has " + described(header) + ": at most " +
                                  std::to_string(limits.max_side) + " on a side are read (--max-side)",
                       .limit = limits.max_side};
    if (header.profile_bytes > limits.max_icc_bytes)
        return Failure{.reason = Reason::too_large,
                       .message = "the colour profile has " + std::to_string(header.profile_bytes) +
                                  " bytes: at most " + std::to_string(limits.max_icc_bytes) +
                                  " are read (--max-icc-bytes)",
                       .limit = limits.max_icc_bytes};
    return Done{};
}

} // namespace

Result<Header> check_header(const Limits& limits, Format format, Bytes source, std::int32_t page) {
    if (format == Format::jpeg)
        if (auto fits = check_jpeg(limits, source); !fits) return std::move(fits).error();
    if (format == Format::tiff)
        if (auto known = check_tiff(source, page); !known) return std::move(known).error();
    const std::string what = "the header of the " + std::string(name_of(format)) + " image";
    const auto read = [&](std::int32_t which) {
        return catch_vips_errors(Reason::bad_image, what, [&] { return read_header(limits, format, source, which); });
    };
    auto header = read(0);
    if (!header) return header;
    if (page >= header->pages)
        return Failure{.reason = Reason::bad_option,
                       .message = "page: " + std::to_string(page) + " is not there: the image has " +
                                  std::to_string(header->pages) + ", counted from 0",
                       .option = "page"};
    if (page > 0) {
        header = read(page);
        if (!header) return header;
    }
    if (auto within = check_frames(limits, *header, 1); !within) return std::move(within).error();
    if (auto within = check_sides(limits, *header); !within) return std::move(within).error();
    if (auto within = check_memory(limits, *header); !within) return std::move(within).error();
    if (format == Format::tiff)
        if (auto built = check_compression(*header, source, page); !built) return std::move(built).error();
    return header;
}

Result<Done> check_frames(const Limits& limits, const Header& header, std::int32_t frames) {
    if (frames > limits.max_frames)
        return Failure{.reason = Reason::too_large,
                       .message = "the animation has " + std::to_string(frames) + " frames: at most " +
                                  std::to_string(limits.max_frames) + " are read (--max-frames)",
                       .limit = limits.max_frames};
    // Each of the three is below 2^31, but their product may overflow.
    const double pixels = static_cast<double>(header.raw_width) * header.raw_height * frames;
    if (pixels <= static_cast<double>(limits.max_pixels)) return Done{};
    const std::string times = frames > 1 ? std::to_string(frames) + " frames of " : "";
    return Failure{.reason = Reason::too_large,
                   .message = "the image has " + times + described(header) + ": at most " +
                              std::to_string(limits.max_pixels) + " are read (--max-pixels)",
                   .limit = limits.max_pixels};
}

} // namespace thumbnailer
