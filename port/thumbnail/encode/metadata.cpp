#include "thumbnail/encode/metadata.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "thumbnail/encode/rights.h"

namespace thumbnailer {

using vips::VImage;

namespace {

bool is_descriptive(std::string_view field) {
    constexpr std::array<std::string_view, 10> kPrefixes{
        "exif-",       "xmp-",        "iptc-",       "photoshop-",        "jpeg-thumbnail",
        "png-comment", "gif-comment", "jpeg-chroma", "image-description", "gainmap"};
    return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return field.starts_with(prefix); });
}

// Small copies of the source, and what belongs to its pixels alone.
bool is_stale(std::string_view field) {
    return field.starts_with("jpeg-thumbnail") || field.starts_with("gainmap") || field.starts_with("photoshop-");
}

bool is_copyright(std::string_view field) { return field == "exif-ifd0-Copyright" || field == "exif-ifd0-Artist"; }

bool needs_profile(const Output& output) {
    return output.profile != Profile::srgb || output.metadata == Metadata::icc || output.metadata == Metadata::all;
}

void embed_srgb(VImage& image) {
    VipsBlob* blob = nullptr;
    if (vips_profile_load("srgb", &blob, nullptr) != 0) throw vips::VError();
    vips_image_set_blob_copy(image.get_image(), VIPS_META_ICC_NAME, VIPS_AREA(blob)->data, VIPS_AREA(blob)->length);
    vips_area_unref(VIPS_AREA(blob));
}

std::vector<std::string> fields_of(const VImage& image) {
    gchar** names = vips_image_get_fields(image.get_image());
    std::vector<std::string> fields;
    for (gchar** name = names; *name != nullptr; ++name) fields.emplace_back(*name);
    g_strfreev(names);
    return fields;
}

// Empty when there is none.
std::vector<std::byte> blob_of(const VImage& image, const char* field) {
    if (image.get_typeof(field) != VIPS_TYPE_BLOB) return {};
    std::size_t size = 0;
    const auto* data = static_cast<const std::byte*>(image.get_blob(field, &size));
    return {data, data + size};
}

void set_blob(VImage& image, const char* field, Bytes bytes) {
    vips_image_set_blob_copy(image.get_image(), field, bytes.data(), bytes.size());
}

// libvips writes a text of EXIF anew, and not as it was, unless the block that it stems from is there, too.
void keep_rights(const VImage& source, VImage& kept) {
    if (const auto exif = exif_rights(blob_of(source, VIPS_META_EXIF_NAME))) set_blob(kept, VIPS_META_EXIF_NAME, *exif);
    const std::vector<std::byte> xmp = blob_of(source, VIPS_META_XMP_NAME);
    if (const auto rights = xmp_rights(text_of(xmp))) set_blob(kept, VIPS_META_XMP_NAME, bytes_of(*rights));
    if (const auto iptc = iptc_of_thumbnail(blob_of(source, VIPS_META_IPTC_NAME), IptcFields::rights))
        set_blob(kept, VIPS_META_IPTC_NAME, *iptc);
}

void freshen(VImage& kept) {
    const std::vector<std::byte> xmp = blob_of(kept, VIPS_META_XMP_NAME);
    if (!xmp.empty()) set_blob(kept, VIPS_META_XMP_NAME, bytes_of(xmp_of_thumbnail(text_of(xmp))));
    const std::vector<std::byte> block = blob_of(kept, VIPS_META_IPTC_NAME);
    if (block.empty()) return;
    kept.remove(VIPS_META_IPTC_NAME);
    if (const auto iptc = iptc_of_thumbnail(block, IptcFields::all)) set_blob(kept, VIPS_META_IPTC_NAME, *iptc);
}

// Some writers put another illuminant into the header of a profile, where D50 is the only one that may be; libpng then
// leaves the profile out, and the colours are wrong.
void correct_illuminant(VImage& image) {
    constexpr std::size_t kPlace = 68; // ICC.1:2022, 7.2.16
    constexpr std::array<std::uint8_t, 12> kD50{0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d};
    std::vector<std::byte> profile = blob_of(image, VIPS_META_ICC_NAME);
    if (profile.size() < kPlace + kD50.size()) return;
    const auto there = std::span(profile).subspan(kPlace, kD50.size());
    const auto right = std::as_bytes(std::span(kD50));
    if (std::ranges::equal(there, right)) return;
    std::ranges::copy(right, there.begin());
    set_blob(image, VIPS_META_ICC_NAME, profile);
}

void remove_fields(VImage& image, Metadata metadata) {
    for (const std::string& field : fields_of(image)) {
        const bool described = metadata == Metadata::all || (metadata == Metadata::copyright && is_copyright(field));
        if (is_stale(field) || (is_descriptive(field) && !described)) image.remove(field.c_str());
    }
}

} // namespace

bool has_metadata(const Output& output) { return output.metadata != Metadata::none || needs_profile(output); }

VImage with_kept_metadata(const VImage& image, const Output& output) {
    VImage kept = image.copy();
    kept.remove(VIPS_META_ORIENTATION);
    remove_fields(kept, output.metadata);
    if (output.metadata == Metadata::copyright) keep_rights(image, kept);
    if (output.metadata == Metadata::all) freshen(kept);
    if (!needs_profile(output))
        kept.remove(VIPS_META_ICC_NAME);
    else if (kept.get_typeof(VIPS_META_ICC_NAME) == 0 && kept.bands() >= 3)
        embed_srgb(kept);
    else
        correct_illuminant(kept);
    return kept;
}

} // namespace thumbnailer
