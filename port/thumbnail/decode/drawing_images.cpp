#include "thumbnail/decode/drawing_images.h"

#include "job/format.h"
#include "svg/base64.h"
#include "svg/tag.h"
#include "thumbnail/decode/load.h"
#include "thumbnail/decode/open_image.h"
#include "thumbnail/decode/sniff.h"
#include "thumbnail/pixels/colour.h"
#include "thumbnail/vips/vips_errors.h"

namespace thumbnailer {

using vips::VImage;
using vips::VOption;

namespace {

constexpr std::size_t kMostImages = 1000;

// Where an image stands as data:image/png;base64,DATA in the text; the words before the comma, and behind it.
struct DataAddress {
    std::string_view head;
    std::string_view data;
};

std::optional<DataAddress> image_in(const Tag& tag) {
    if (tag.local_name() != "image" && tag.local_name() != "feImage") return std::nullopt;
    for (const Attribute& attribute : tag.attributes) {
        if (attribute.name != "href" && !attribute.name.ends_with(":href")) continue;
        const std::size_t begin = attribute.value.find_first_not_of(" \t\r\n");
        if (begin == std::string_view::npos) continue;
        const std::string_view address = attribute.value.substr(begin);
        const std::size_t comma = address.find(',');
        if (!address.starts_with("data:") || comma == std::string_view::npos) continue;
        if (address.substr(0, comma).find(";base64") == std::string_view::npos) continue;
        return DataAddress{address.substr(0, comma), address.substr(comma + 1)};
    }
    return std::nullopt;
}

Failure about(std::string_view head, Failure failure) {
    failure.message =
        "the svg image holds one of type " + std::string(head.substr(5, head.find(';') - 5)) + ": " + failure.message;
    return failure;
}

// The renderer draws drawings inside of drawings itself.
bool is_known(Bytes image) {
    const auto format = sniff(image);
    return format == Format::png || format == Format::jpeg || format == Format::svg;
}

Result<std::string> as_png(Bytes image, const Limits& limits) {
    const auto opened = open_image(limits, image);
    if (!opened) return opened.error();
    return catch_vips_errors(Reason::bad_image, "it cannot be read", [&] {
        const VImage pixels =
            load(opened->header, opened->bytes, {}, {opened->header.raw_width, opened->header.raw_height});
        VipsBlob* blob = nullptr;
        VOption* options = VImage::option();
        options->set("in", to_srgb(pixels.copy_memory()))->set("buffer", &blob)->set("compression", 1);
        VImage::call("pngsave_buffer", options);
        std::string text = to_base64({static_cast<const std::byte*>(VIPS_AREA(blob)->data), VIPS_AREA(blob)->length});
        vips_area_unref(VIPS_AREA(blob));
        return text;
    });
}

} // namespace

Result<std::string> with_known_images(std::string_view text, const Limits& limits) {
    std::string known;
    std::size_t copied = 0;
    std::size_t images = 0;
    for (auto tag = next_tag(text, 0); tag; tag = next_tag(text, tag->end)) {
        const auto address = image_in(*tag);
        if (!address) continue;
        const auto image = from_base64(address->data);
        if (!image || is_known(*image)) continue;
        if (++images > kMostImages)
            return Failure{.reason = Reason::too_large,
                           .message = "the svg image holds more than " + std::to_string(kMostImages) + " images",
                           .limit = kMostImages};
        auto png = as_png(*image, limits);
        if (!png) return about(address->head, std::move(png).error());
        const auto begin = static_cast<std::size_t>(address->head.data() - text.data());
        known.append(text.substr(copied, begin - copied)).append("data:image/png;base64,").append(*png);
        copied = static_cast<std::size_t>(address->data.data() - text.data()) + address->data.size();
    }
    return known.append(text.substr(copied));
}

} // namespace thumbnailer
