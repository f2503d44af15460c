#include "thumbnail/decode/load.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "thumbnail/decode/bitmap.h"
#include "thumbnail/decode/exif.h"
#include "thumbnail/decode/heif.h"
#include "thumbnail/decode/heif_formats.h"
#include "thumbnail/decode/preview.h"
#include "thumbnail/decode/pyramid.h"
#include "thumbnail/decode/samples.h"
#include "thumbnail/jpeg/scan_filter.h"
#include "thumbnail/jpeg/segments.h"
#include "thumbnail/jpeg/sequential_data.h"
#include "thumbnail/vips/vips_errors.h"

namespace thumbnailer {

using vips::VImage;
using vips::VOption;

namespace {

constexpr bool has_pages(Format format) {
    return format == Format::gif || format == Format::webp || format == Format::tiff || format == Format::avif ||
           format == Format::pdf || format == Format::jxl;
}

// Calls the loader of the format by its own name: libvips never sniffs.
VImage open(Format format, VipsBlob* blob, VOption* options, VipsFailOn fail_on = VIPS_FAIL_ON_ERROR) {
    VImage image;
    options->set("buffer", blob)->set("out", &image);
    // The option holds its own reference.
    vips_area_unref(VIPS_AREA(blob));
    options->set("access", VIPS_ACCESS_SEQUENTIAL)->set("fail_on", fail_on);
    VImage::call(std::string(spec_of(format).loader).c_str(), options);
    return image;
}

// The bytes are not copied: they must outlive the image.
VImage open(Format format, Bytes source, VOption* options, VipsFailOn fail_on = VIPS_FAIL_ON_ERROR) {
    return open(format, vips_blob_new(nullptr, source.data(), source.size()), options, fail_on);
}

// A TIFF whose samples libvips would change, or refuse, is read as it stands.
VImage open(Format format, Bytes source, VOption* options, const SampleTraits& traits,
            VipsFailOn fail_on = VIPS_FAIL_ON_ERROR) {
    if (!traits.tiff || !traits.tiff->is_read_as_rgb()) return open(format, source, options, fail_on);
    const std::vector<std::byte> changed = read_as_rgb(source, *traits.tiff);
    return open(format, vips_blob_copy(changed.data(), changed.size()), options, fail_on);
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
    constexpr double kLeast = 0.002; // the renderers take no less than half of it
    return std::max(kLeast, std::max(static_cast<double>(scaled.width) / header.raw_width,
                                     static_cast<double>(scaled.height) / header.raw_height));
}

// A drawing is measured as browsers do it, with 96 dots to an inch. libvips enlarges what it draws by what that is more
// than 72, and is to leave it.
constexpr double kDotsPerInch = 96;

double unit_scale(Format format) { return format == Format::svg ? 72 / kDotsPerInch : 1; }

// The parser of XML refuses what is longer than 10 MB at a piece, and entities that grow. Where there are none of
// those, a drawing may hold larger images.
bool is_without_entities(Bytes source) { return text_of(source).find("<!ENTITY") == std::string_view::npos; }

void set_drawing(VOption* options, Bytes source) {
    constexpr std::size_t kLong = 9'000'000;
    options->set("dpi", kDotsPerInch)->set("scale", unit_scale(Format::svg));
    if (source.size() > kLong && is_without_entities(source)) options->set("unlimited", true);
}

// The last option that is set counts.
void set_pyramid_level(VOption* options, const TiffLayout& layout, Bytes source, const DecodeOptions& decode_options,
                       Size scaled) {
    if (layout.is_read_as_rgb() || layout.page != decode_options.page || layout.subifd >= 0) return;
    const auto oversampling = min_oversampling(decode_options.speed);
    if (!oversampling) return;
    if (const auto level =
            pyramid_level(source, decode_options.page, {scaled.width * *oversampling, scaled.height * *oversampling}))
        level->choose(options);
}

void set_scale(VOption* options, const Header& header, const DecodeOptions& decode_options, Size scaled) {
    const Size size{header.raw_width, header.raw_height};
    if (is_drawing(header.format)) options->set("scale", unit_scale(header.format) * render_scale(header, scaled));
    if (header.format == Format::jpeg) options->set("shrink", shrink_on_load(size, scaled, decode_options.speed));
    if (header.format == Format::webp && !decode_options.animated)
        options->set("scale", scale_on_load(size, scaled, decode_options.speed));
}

void set_page(VOption* options, Format format, const DecodeOptions& decode_options, const SampleTraits& traits) {
    if (!has_pages(format)) return;
    if (traits.tiff) return Level{traits.tiff->page, traits.tiff->subifd}.choose(options);
    if (decode_options.animated)
        options->set("n", -1);
    else if (decode_options.page > 0)
        options->set("page", decode_options.page);
}

// In memory, so that one that is damaged is known now and costs nothing but itself.
std::optional<VImage> load_preview(const Header& header, Bytes source, const DecodeOptions& decode_options, Size scaled,
                                   const SampleTraits& traits) try {
    VOption* options = VImage::option();
    if (is_read_as_heif(header.format)) return load_heif_preview(header, source, decode_options.page, scaled);
    if (header.format == Format::avif) {
        const VImage image = open(header.format, source, options->set("thumbnail", true));
        if (!serves_as_preview(header, {image.width(), image.height()}, scaled)) return std::nullopt;
        return with_known_samples(image, traits).copy_memory();
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
    const SampleTraits traits = sample_traits(format, source, page);
    if (format == Format::svg) set_drawing(options, source);
    set_page(options, format, {.page = page}, traits);
    const VImage image = open(format, source, options, traits);
    Header header{.format = format, .raw_width = image.width(), .raw_height = image.height()};
    const Size square = in_square_pixels({image.width(), image.height()}, traits.tiff ? traits.tiff->pixel_aspect : 1);
    header.square_width = square.width;
    header.square_height = square.height;
    header.orientation = integer_or(image, VIPS_META_ORIENTATION, 1);
    if (header.orientation < 1 || header.orientation > 8) header.orientation = 1;
    header.pages = std::max(1, integer_or(image, VIPS_META_N_PAGES, 1));
    header.frames = is_animated(format) ? header.pages : 1;
    header.duration_ms = header.frames > 1 ? duration_of(image) : 0;
    header.bands = image.bands();
    header.depth = depth_of(image);
    header.alpha = with_known_samples(image, traits).has_alpha();
    header.profile_bytes = profile_bytes_of(image);
    header.profile = header.profile_bytes != 0;
    header.preview = has_preview(image);
    copy_text(vips_enum_nick(VIPS_TYPE_INTERPRETATION, image.interpretation()), header.colour_space);
    copy_text(taken_at(image), header.taken_at);
    copy_text(camera_of(image), header.camera);
    return header;
}

Header with_square_pixels(Header header) {
    header.square_width = header.raw_width;
    header.square_height = header.raw_height;
    return header;
}

} // namespace

Header read_header(const Limits& limits, Format format, Bytes source, std::int32_t page) {
    if (is_read_as_heif(format))
        return with_square_pixels(value_or_throw(read_heif_header(format, source, page, limits.max_pixels)));
    if (format == Format::bmp || format == Format::ico)
        return with_square_pixels(value_or_throw(read_bitmap_header(format, source)));
    return loaded_header(format, source, page);
}

VImage load(const Header& header, Bytes source, const DecodeOptions& decode_options, Size scaled) {
    const SampleTraits traits =
        is_read_as_heif(header.format) ? SampleTraits{} : sample_traits(header.format, source, decode_options.page);
    if (decode_options.preview)
        if (auto preview = load_preview(header, source, decode_options, scaled, traits)) return *preview;
    if (is_read_as_heif(header.format))
        return value_or_throw(
            load_heif(source, decode_options.page,
                      shrink_on_load({header.raw_width, header.raw_height}, scaled, decode_options.speed)));
    if (header.format == Format::bmp || header.format == Format::ico)
        return value_or_throw(load_bitmap(header.format, source));
    VOption* options = VImage::option();
    if (header.format == Format::svg) set_drawing(options, source);
    set_page(options, header.format, decode_options, traits);
    set_scale(options, header, decode_options, scaled);
    if (traits.tiff) set_pyramid_level(options, *traits.tiff, source, decode_options, scaled);
    const bool is_lightened = decode_options.speed != Speed::best && !decode_options.truncated;
    if (header.format == Format::jpeg && is_lightened)
        if (const auto lighter = drop_fine_scans(source, reduction({header.raw_width, header.raw_height}, scaled)))
            return open(header.format, vips_blob_copy(lighter->data(), lighter->size()), options);
    // Unless that is allowed, an image that is cut short is an error, not a thumbnail with a grey half.
    const VipsFailOn fail_on = decode_options.truncated ? VIPS_FAIL_ON_NONE : VIPS_FAIL_ON_ERROR;
    return with_known_samples(open(header.format, source, options, traits, fail_on), traits);
}

bool is_whole(const Header& header, Bytes source) {
    const auto segments = jpeg_segments(source);
    if (std::ranges::find(segments, kSof2, &JpegSegment::marker) == segments.end()) return has_all_blocks(source);
    // libvips reads a progressive JPEG to its end before the first row, and hears of all warnings by then.
    try {
        open(header.format, source, VImage::option()->set("shrink", 8), VIPS_FAIL_ON_WARNING).avg();
        return true;
    } catch (const vips::VError&) {
        vips_error_clear();
        return false;
    }
}

void decode_start(const Header& header, Bytes source, std::int32_t page) {
    load(header, source, {.page = page}, {header.raw_width, header.raw_height}).extract_area(0, 0, 1, 1).avg();
}

VImage decode(Format format, Bytes encoded, bool animated) {
    VOption* options = VImage::option();
    set_page(options, format, {.animated = animated}, {});
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
