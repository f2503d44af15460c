#include "thumbnail/decode/exif.h"

#include "thumbnail/decode/exif_text.h"

namespace thumbnailer {

using vips::VImage;

namespace {

// libvips' form is `VALUE (VALUE, ASCII, 6 components, 6 bytes)`. The value may contain any text, also parentheses.
std::string value_in(const std::string& text) {
    const std::size_t type = text.rfind(", ASCII, ");
    if (type == std::string::npos || type < 2) return {};
    std::string value = text.substr(0, (type - 2) / 2);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\0')) value.pop_back();
    return value;
}

std::string text_of_field(const VImage& image, const char* field) {
    return image.get_typeof(field) == VIPS_TYPE_REF_STRING ? value_in(image.get_string(field)) : std::string();
}

} // namespace

std::string taken_at(const VImage& image) {
    for (const char* field : {"exif-ifd2-DateTimeOriginal", "exif-ifd2-DateTimeDigitized", "exif-ifd0-DateTime"}) {
        std::string date = date_from_exif(text_of_field(image, field));
        if (!date.empty()) return date;
    }
    return {};
}

std::string camera_of(const VImage& image) {
    return camera_from_exif(text_of_field(image, "exif-ifd0-Make"), text_of_field(image, "exif-ifd0-Model"));
}

bool has_preview(const VImage& image) {
    return image.get_typeof("jpeg-thumbnail-data") != 0 || image.get_typeof("heif-primary-thumbnail") != 0;
}

} // namespace thumbnailer
