#include "thumbnail/decode/load.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "thumbnail/decode/bitmap.h"
#include "thumbnail/decode/exif.h"
#include "thumbnail/decode/heif.h"
#include "thumbnail/decode/preview.h"
#include "thumbnail/decode/pyramid.h"
#include "thumbnail/jpeg/scan_filter.h"
#include "thumbnail/jpeg/segments.h"
#include "thumbnail/vips/vips_errors.h"

namespace thumbnailer {

using vips::VImage;
using vips::VOption;

namespace {

constexpr bool has_pages(Format format) {
    return format == Format::gif || format == Format::webp || format == Format::tiff || format == Format::avif ||
           format == Format::pdf || format == Format::jxl;
}

// Calls the loader of the format by its name, so that libvips never detects the format itself.
VImage open(Format format, VipsBlob* blob, VOption* options) {
    VImage image;
    options->set("buffer", blob)->set("out", &image);
    // The option holds its own reference.
    vips_area_unref(VIPS_AREA(blob));
    // A truncated image is an error instead of a thumbnail with a grey part.
    options->set("access", VIPS_ACCESS_SEQUENTIAL)->set("fail_on", VIPS_FAIL_ON_ERROR);
    VImage::call(std::string(spec_of(format).loader).c_str(), options);
    return image;
}

// The bytes are not copied: they must outlive the image.
VImage open(Format format, Bytes source, VOption* options) {
    return open(format, vips_blob_new(nullptr, source.data(), source.size()), options);
}

int integer_or(const VImage& image, const char* field, int otherwise) {
    return image.get_typeof(field) == G_TYPE_INT ? image.get_int(field) : otherwise;
}

int depth_of(const VImage& image) {
    const int stored = integer_or(image, "bits-per-sample", 0);
    return stored != 0 ? stored : static_cast<int>(vips_format_sizeof(image.format())) * 8;
}

std::int64_t profile_bytes_of(const VImage& image) {
    if (image.get_typeof(VIPS_META_ICC_NAME) == 0) return 0;
    std::size_t length = 0;
    image.get_blob(VIPS_META_ICC_NAME, &length);
    return static_cast<std::int64_t>(length);
}

std::int64_t duration_of(const VImage& image) {
    if (image.get_typeof("delay") == 0) return 0;
    const std::vector<int> delays = image.get_array_int("delay");
    return std::accumulate(delays.begin(), delays.end(), std::int64_t{0});
}

// A drawing has no pixels of its own.
double render_scale(const Header& header, Size scaled) {
    return std::max(static_cast<double>(scaled.width) / header.raw_width,
                    static_cast<double>(scaled.height) / header.raw_height);
}

void set_scale(VOption* options, const Header& header, Bytes source, const DecodeOptions& decode_options, Size scaled) {
    const Size size{header.raw_width, header.raw_height};
    if (is_drawing(header.format)) options->set("scale", render_scale(header, scaled));
    if (header.format == Format::jpeg) options->set("shrink", shrink_on_load(size, scaled, decode_options.speed));
    if (header.format == Format::webp && !decode_options.animated)
        options->set("scale", scale_on_load(size, scaled, decode_options.speed));
    if (header.format == Format::tiff)
        if (const auto oversampling = min_oversampling(decode_options.speed))
            if (const auto level = pyramid_level(source, decode_options.page,
                                                 {scaled.width * *oversampling, scaled.height * *oversampling}))
                level->choose(options);
}

void set_page(VOption* options, Format format, const DecodeOptions& decode_options) {
    if (!has_pages(format)) return;
    if (decode_options.animated)
        options->set("n", -1);
    else if (decode_options.page > 0)
        options->set("page", decode_options.page);
}

// Decoded into memory, so that a damaged overlay is detected now and only its output fails.
std::optional<VImage> load_preview(const Header& header, Bytes source, const DecodeOptions& decode_options,
                                   Size scaled) try {
    VOption* options = VImage::option();
    if (header.format == Format::heic) return load_heif_preview(header, source, decode_options.page, scaled);
    if (header.format == Format::avif) {
        const VImage image = open(header.format, source, options->set("thumbnail", true));
        if (!serves_as_preview(header, {image.width(), image.height()}, scaled)) return std::nullopt;
        return image.copy_memory();
    }
    const auto preview = header.format == Format::jpeg ? preview_of(header, source, scaled) : std::nullopt;
    if (!preview) return std::nullopt;
    options->set("shrink", shrink_on_load(jpeg_frame(*preview)->size, scaled, decode_options.speed));
    return open(Format::jpeg, *preview, options).copy_memory();
} catch (const vips::VError&) {
    vips_error_clear();
    return std::nullopt;
}

// What libvips says.
Header loaded_header(Format format, Bytes source, std::int32_t page) {
    VOption* options = VImage::option();
    set_page(options, format, {.page = page});
    const VImage image = open(format, source, options);
    Header header{.format = format, .raw_width = image.width(), .raw_height = image.height()};
    header.orientation = integer_or(image, VIPS_META_ORIENTATION, 1);
    if (header.orientation < 1 || header.orientation > 8) header.orientation = 1;
    header.pages = std::max(1, integer_or(image, VIPS_META_N_PAGES, 1));
    header.frames = is_animated(format) ? header.pages : 1;
    header.duration_ms = header.frames > 1 ? duration_of(image) : 0;
    header.bands = image.bands();
    header.depth = depth_of(image);
    header.alpha = image.has_alpha();
    header.profile_bytes = profile_bytes_of(image);
    header.profile = header.profile_bytes != 0;
    header.preview = has_preview(image);
    copy_text(vips_enum_nick(VIPS_TYPE_INTERPRETATION, image.interpretation()), header.colour_space);
    copy_text(taken_at(image), header.taken_at);
    copy_text(camera_of(image), header.camera);
    return header;
}

} // namespace

Header read_header(const Limits& limits, Format format, Bytes source, std::int32_t page) {
    if (format == Format::heic) return value_or_throw(read_heif_header(source, page, limits.max_pixels));
    if (format == Format::bmp || format == Format::ico) return value_or_throw(read_bitmap_header(format, source));
    return loaded_header(format, source, page);
}

VImage load(const Header& header, Bytes source, const DecodeOptions& decode_options, Size scaled) {
    if (decode_options.preview)
        if (auto preview = load_preview(header, source, decode_options, scaled)) return *preview;
    if (header.format == Format::heic)
        return value_or_throw(
            load_heif(source, decode_options.page,
                      shrink_on_load({header.raw_width, header.raw_height}, scaled, decode_options.speed)));
    if (header.format == Format::bmp || header.format == Format::ico)
        return value_or_throw(load_bitmap(header.format, source));
    VOption* options = VImage::option();
    set_page(options, header.format, decode_options);
    set_scale(options, header, source, decode_options, scaled);
    if (header.format == Format::jpeg && decode_options.speed != Speed::best)
        if (const auto lighter = drop_fine_scans(source, reduction({header.raw_width, header.raw_height}, scaled)))
            return open(header.format, vips_blob_copy(lighter->data(), lighter->size()), options);
    return open(header.format, source, options);
}

VImage decode(Format format, Bytes encoded, bool animated) {
    VOption* options = VImage::option();
    set_page(options, format, {.animated = animated});
    return open(format, encoded, options).copy_memory();
}

Size renderable(Size size, std::int64_t max_pixels) {
    constexpr double kRendererSide = 32'767; // of librsvg and poppler's cairo
    const double pixels = static_cast<double>(size.width) * size.height;
    const double scale = std::min(
        {1.0, std::sqrt(static_cast<double>(max_pixels) / pixels), kRendererSide / std::max(size.width, size.height)});
    return {std::max(1, static_cast<std::int32_t>(size.width * scale)),
            std::max(1, static_cast<std::int32_t>(size.height * scale))};
}

} // namespace thumbnailer
