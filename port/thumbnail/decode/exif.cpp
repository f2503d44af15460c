#include "thumbnail/decode/exif.h"

#include <algorithm>

#include "base/utf8.h"

namespace thumbnailer {

using vips::VImage;

namespace {

// libvips says `VALUE (VALUE, ASCII, 6 components, 6 bytes)`. The value may hold anything, parentheses included.
std::string value_in(const std::string& text) {
    const std::size_t type = text.rfind(", ASCII, ");
    if (type == std::string::npos || type < 2) return {};
    std::string value = text.substr(0, (type - 2) / 2);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\0')) value.pop_back();
    return value;
}

// What is not printable text is not told.
std::string text_of_field(const VImage& image, const char* field) {
    if (image.get_typeof(field) != VIPS_TYPE_REF_STRING) return {};
    std::string value = value_in(image.get_string(field));
    const bool control = std::ranges::any_of(value, [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; });
    return control || first_fault_in_utf8(value) ? std::string() : value;
}

// EXIF's form is 2026:11:20 16:50:00.
bool is_date(const std::string& text) {
    constexpr std::string_view kForm = "0000:00:00 00:00:00";
    if (text.size() != kForm.size() || text.starts_with("0000")) return false;
    for (std::size_t at = 0; at < kForm.size(); ++at)
        if (kForm[at] == '0' ? text[at] < '0' || text[at] > '9' : text[at] != kForm[at]) return false;
    return true;
}

} // namespace

std::string taken_at(const VImage& image) {
    for (const char* field : {"exif-ifd2-DateTimeOriginal", "exif-ifd2-DateTimeDigitized", "exif-ifd0-DateTime"}) {
        std::string date = text_of_field(image, field);
        if (!is_date(date)) continue;
        date[4] = date[7] = '-';
        date[10] = 'T';
        return date;
    }
    return {};
}

std::string camera_of(const VImage& image) {
    std::string maker = text_of_field(image, "exif-ifd0-Make");
    std::string model = text_of_field(image, "exif-ifd0-Model");
    // Many repeat themselves: Canon, Canon EOS 5D.
    if (maker.empty() || model.starts_with(maker)) return model;
    return model.empty() ? maker : maker + " " + model;
}

bool has_preview(const VImage& image) {
    return image.get_typeof("jpeg-thumbnail-data") != 0 || image.get_typeof("heif-primary-thumbnail") != 0;
}

} // namespace thumbnailer
