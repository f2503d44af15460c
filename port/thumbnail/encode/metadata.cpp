#include "thumbnail/encode/metadata.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace thumbnailer {

using vips::VImage;

namespace {

bool is_descriptive(std::string_view field) {
    constexpr std::array<std::string_view, 10> kPrefixes{
        "exif-",       "xmp-",        "iptc-",       "photoshop-",        "jpeg-thumbnail",
        "png-comment", "gif-comment", "jpeg-chroma", "image-description", "gainmap"};
    return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return field.starts_with(prefix); });
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

} // namespace

bool has_metadata(const Output& output) { return output.metadata != Metadata::none || needs_profile(output); }

VImage with_kept_metadata(const VImage& image, const Output& output) {
    VImage kept = image.copy();
    kept.remove(VIPS_META_ORIENTATION);
    if (output.metadata != Metadata::all)
        for (const std::string& field : fields_of(kept)) {
            const bool stays = output.metadata == Metadata::copyright && is_copyright(field);
            if (is_descriptive(field) && !stays) kept.remove(field.c_str());
        }
    if (!needs_profile(output))
        kept.remove(VIPS_META_ICC_NAME);
    else if (kept.get_typeof(VIPS_META_ICC_NAME) == 0 && kept.bands() >= 3)
        embed_srgb(kept);
    return kept;
}

} // namespace thumbnailer
