#include "thumbnail.h"

#include <algorithm>
#include <new>
#include <vips/vips8>

#include "colour.h"
#include "encode.h"
#include "load.h"

namespace thumbnailer {

using vips::VImage;

namespace {

// libvips' message, on one line. Its buffer is the process's own and would be found in the next message too.
std::string take_vips_message() {
    std::string message = vips_error_buffer();
    vips_error_clear();
    while (message.ends_with('\n')) message.pop_back();
    for (std::size_t at = 0; (at = message.find('\n', at)) != std::string::npos; at += 2) message.replace(at, 1, "; ");
    return message;
}

template <typename Work>
auto guarded(Reason reason, const std::string& what, Work work) -> Result<decltype(work())> {
    vips_error_clear(); // what succeeded may have complained, too
    try {
        return work();
    } catch (const vips::VError&) {
        return Failure{reason, what + ": " + take_vips_message()};
    } catch (const std::bad_alloc&) {
        return Failure{Reason::out_of_memory, what + ": there is no memory left"};
    }
}

Size seen_size(const Header& header) { return {header.width(), header.height()}; }

Result<Header> checked_header(const Job& job, Bytes source) {
    const auto format = sniff(source);
    if (!format) {
        std::string known;
        for (const FormatSpec& spec : kFormats) known.append(known.empty() ? "" : ", ").append(spec.name);
        return Failure{Reason::unsupported_format,
                       "the source is not an image of a format that is read here: " + known};
    }
    auto header = guarded(Reason::bad_image, "the header of the " + std::string(name_of(*format)) + " image",
                          [&] { return read_header(*format, source); });
    if (!header) return header;
    const std::int64_t pixels = std::int64_t{header->raw_width} * header->raw_height;
    if (pixels > job.limits.max_pixels)
        return Failure{.reason = Reason::too_large,
                       .message = "the image has " + std::to_string(header->raw_width) + " x " +
                                  std::to_string(header->raw_height) + " pixels: at most " +
                                  std::to_string(job.limits.max_pixels) + " are read (--max-pixels)",
                       .limit = job.limits.max_pixels};
    return header;
}

// Scaled as it is stored, then turned: turning the small image is cheap.
VImage scale(const VImage& image, const Header& header, Size scaled) {
    const Size stored = header.sideways() ? Size{scaled.height, scaled.width} : scaled;
    if (image.width() == stored.width && image.height() == stored.height) return image;
    const double across = static_cast<double>(stored.width) / image.width();
    const double down = static_cast<double>(stored.height) / image.height();
    if (!image.has_alpha()) return image.resize(across, VImage::option()->set("vscale", down));
    // What a transparent pixel hides must not bleed into its neighbours.
    const VipsBandFormat format = image.format();
    return image.premultiply()
        .cast(format)
        .resize(across, VImage::option()->set("vscale", down))
        .unpremultiply()
        .cast(format);
}

std::vector<double> ink(Colour colour, bool alpha) {
    std::vector<double> bands{double(colour.red), double(colour.green), double(colour.blue)};
    if (alpha) bands.push_back(colour.alpha);
    return bands;
}

VImage flatten(const VImage& image, Colour background) {
    if (!image.has_alpha()) return image;
    return image.colourspace(VIPS_INTERPRETATION_sRGB)
        .flatten(VImage::option()->set("background", ink(background, false)));
}

VImage pad(VImage image, const Layout& layout, Colour background, bool alpha) {
    image = image.colourspace(VIPS_INTERPRETATION_sRGB);
    if (alpha && background.alpha != 255 && !image.has_alpha()) image = image.bandjoin(255.0);
    return image.embed(
        layout.x, layout.y, layout.canvas.width, layout.canvas.height,
        VImage::option()->set("extend", VIPS_EXTEND_BACKGROUND)->set("background", ink(background, image.has_alpha())));
}

// Resized, upright, in memory: after this the decoder is not needed any more.
VImage render(const VImage& image, const Header& header, const Layout& layout) {
    VImage small = scale(image, header, layout.scaled).copy_memory();
    if (header.orientation != 1) small = small.autorot();
    if (layout.crops()) small = small.extract_area(layout.left, layout.top, layout.kept.width, layout.kept.height);
    return to_srgb(small).copy_memory();
}

VImage finish(VImage image, const Layout& layout, const Output& output, bool alpha) {
    if (!alpha) image = flatten(image, output.background);
    return layout.pads() ? pad(image, layout, output.background, alpha) : image;
}

class Studio {
public:
    Studio(const Job& job, Bytes source, const Store& store) : job_(job), source_(source), store_(store) {}

    Result<Done> make(const Header& header, Outcome& outcome) {
        std::vector<Layout> layouts;
        for (std::size_t index = 0; index < job_.count; ++index)
            layouts.push_back(lay_out(seen_size(header), job_.outputs[index]));
        auto image = guarded(Reason::bad_image, unreadable(header), [&] {
            VImage loaded = load(header, source_, largest(layouts));
            return job_.count > 1 ? loaded.copy_memory() : loaded; // decoded once, read as often as needed
        });
        if (!image) return std::move(image).error();
        for (std::size_t index = 0; index < job_.count; ++index) {
            auto made = make_one(*image, header, layouts[index], index, outcome.products[index]);
            if (made) continue;
            // With one output the decoder runs as late as here, and its failure is the source's.
            if (made.error().reason == Reason::bad_image) return made;
            outcome.products[index].failure = to_plain(made.error());
        }
        return Done{};
    }

private:
    Result<Done> make_one(const VImage& image, const Header& header, const Layout& layout, std::size_t index,
                          Product& product) {
        if (auto fits = check_size(layout); !fits) return fits;
        const Output& output = job_.outputs[index];
        auto small = guarded(Reason::bad_image, unreadable(header), [&] { return render(image, header, layout); });
        if (!small) return std::move(small).error();
        const Format format = format_for(output.format, header.format, header.alpha);
        const std::string what = "the thumbnail cannot be written as " + std::string(name_of(format));
        auto encoded = guarded(Reason::encode_failed, what, [&] {
            return encode(finish(*small, layout, output, spec_of(format).alpha), format, output.quality);
        });
        if (!encoded) return std::move(encoded).error();
        product = {.made = 1,
                   .format = format,
                   .width = layout.canvas.width,
                   .height = layout.canvas.height,
                   .size = encoded->bytes().size(),
                   .failure = {}};
        return store_(index, encoded->bytes(), product);
    }

    Result<Done> check_size(const Layout& layout) const {
        const Size canvas = layout.canvas;
        const std::int64_t pixels = std::int64_t{layout.scaled.width} * layout.scaled.height;
        if (canvas.width <= kMaxSide && canvas.height <= kMaxSide && pixels <= job_.limits.max_pixels) return Done{};
        return Failure{.reason = Reason::too_large,
                       .message = "the thumbnail would have " + std::to_string(canvas.width) + " x " +
                                  std::to_string(canvas.height) + " pixels: at most " + std::to_string(kMaxSide) +
                                  " on a side and " + std::to_string(job_.limits.max_pixels) + " in all",
                       .limit = kMaxSide};
    }

    static Size largest(const std::vector<Layout>& layouts) {
        Size size{1, 1};
        for (const Layout& layout : layouts)
            size = {std::max(size.width, layout.scaled.width), std::max(size.height, layout.scaled.height)};
        return size;
    }

    static std::string unreadable(const Header& header) {
        return "the " + std::string(name_of(header.format)) + " image cannot be read";
    }

    const Job& job_;
    Bytes source_;
    const Store& store_;
};

} // namespace

Outcome make_thumbnails(const Job& job, Bytes source, const Store& store) {
    Outcome outcome;
    const auto failed = [&](const Failure& failure) {
        outcome.failed = 1;
        outcome.failure = to_plain(failure);
        return outcome;
    };
    auto header = checked_header(job, source);
    if (!header) return failed(header.error());
    outcome.header = *header;
    if (job.probe) return outcome;
    outcome.count = job.count;
    auto made = Studio(job, source, store).make(*header, outcome);
    return made ? outcome : failed(made.error());
}

} // namespace thumbnailer
