#include "thumbnail/heif/heif_properties.h"

#include <limits>

namespace thumbnailer {

namespace {

bool take_size(Bytes contents, HeifProperties& into) {
    auto box = full_box(contents);
    const auto width = box ? box->rest.unsigned_of(4) : std::nullopt;
    const auto height = box ? box->rest.unsigned_of(4) : std::nullopt;
    constexpr std::uint64_t kMost = std::numeric_limits<std::int32_t>::max();
    if (!height || *width == 0 || *height == 0 || *width > kMost || *height > kMost) return false;
    into.size = Size{static_cast<std::int32_t>(*width), static_cast<std::int32_t>(*height)};
    return true;
}

bool take_colours(Bytes contents, HeifProperties& into) {
    ByteReader reader(contents);
    const auto kind = reader.unsigned_of(4);
    if (!kind) return false;
    if (*kind == four_letters("prof") || *kind == four_letters("rICC")) {
        into.profile = contents.subspan(4);
        return true;
    }
    if (*kind != four_letters("nclx")) return true; // nclc of QuickTime, and others
    const auto primaries = reader.unsigned_of(2), transfer = reader.unsigned_of(2), matrix = reader.unsigned_of(2);
    const auto range = reader.unsigned_of(1);
    if (!range) return false;
    into.nclx = Nclx{*primaries, *transfer, *matrix, (*range & 0x80) != 0};
    return true;
}

bool take_depth(Bytes contents, HeifProperties& into) {
    auto box = full_box(contents);
    const auto channels = box ? box->rest.unsigned_of(1) : std::nullopt;
    if (!channels) return false;
    into.channels = *channels;
    for (std::uint64_t channel = 0; channel < *channels; ++channel) {
        const auto depth = box->rest.unsigned_of(1);
        if (!depth) return false;
        into.depth = std::max(into.depth, *depth);
    }
    return true;
}

bool take_auxiliary_type(Bytes contents, HeifProperties& into) {
    auto box = full_box(contents);
    if (!box) return false;
    const std::string_view text = text_of(*box->rest.take(box->rest.left()));
    into.auxiliary_type = text.substr(0, text.find('\0'));
    return true;
}

bool take_turn(Bytes contents, HeifTransform::Kind kind, HeifProperties& into) {
    const auto value = ByteReader(contents).unsigned_of(1);
    if (!value) return false;
    into.transforms.push_back({kind, *value & (kind == HeifTransform::Kind::rotate ? 3U : 1U)});
    return true;
}

bool take_aperture(Bytes contents, HeifProperties& into) {
    ByteReader reader(contents);
    CleanAperture aperture;
    for (std::int64_t* number : {&aperture.width_n, &aperture.width_d, &aperture.height_n, &aperture.height_d,
                                 &aperture.right_n, &aperture.right_d, &aperture.down_n, &aperture.down_d}) {
        const auto bits = reader.unsigned_of(4);
        if (!bits) return false;
        *number = static_cast<std::int64_t>(*bits);
    }
    // Only the numerators of the offsets are signed.
    aperture.right_n = static_cast<std::int32_t>(static_cast<std::uint32_t>(aperture.right_n));
    aperture.down_n = static_cast<std::int32_t>(static_cast<std::uint32_t>(aperture.down_n));
    into.transforms.push_back({HeifTransform::Kind::crop, 0, aperture});
    return true;
}

// AV1 Image File Format, 2.3.2.1.
bool take_operating_point(Bytes contents, HeifProperties& into) {
    constexpr std::uint64_t kMost = 31;
    const auto value = ByteReader(contents).unsigned_of(1);
    if (!value || *value > kMost) return false;
    into.operating_point = static_cast<std::uint8_t>(*value);
    return true;
}

// No other selection of layers is known here (ISO/IEC 23008-12, 6.5.11).
bool selects_all_layers(const Box& box) {
    constexpr std::uint64_t kAll = 0xffff;
    return box.type == four_letters("lsel") && ByteReader(box.contents).unsigned_of(2) == kAll;
}

// Nothing: it is not known here.
std::optional<bool> take(const Box& box, HeifProperties& into) {
    switch (box.type) {
    case four_letters("ispe"): return take_size(box.contents, into);
    case four_letters("colr"): return take_colours(box.contents, into);
    case four_letters("pixi"): return take_depth(box.contents, into);
    case four_letters("auxC"): return take_auxiliary_type(box.contents, into);
    case four_letters("irot"): return take_turn(box.contents, HeifTransform::Kind::rotate, into);
    case four_letters("imir"): return take_turn(box.contents, HeifTransform::Kind::mirror, into);
    case four_letters("clap"): return take_aperture(box.contents, into);
    case four_letters("a1op"): return take_operating_point(box.contents, into);
    case four_letters("hvcC"):
    case four_letters("av1C"): into.decoder = box.contents; return true;
    default: return selects_all_layers(box) ? std::optional(true) : std::nullopt;
    }
}

} // namespace

Result<HeifProperties> properties_of(const HeifMeta& meta, const HeifItem& item) {
    HeifProperties properties;
    for (const HeifAssociation& association : item.associations) {
        if (association.property == 0) continue; // means none
        if (association.property > meta.properties.size())
            return bad_heif("has an item with a property that is not there");
        const Box& box = meta.properties[association.property - 1];
        const auto taken = take(box, properties);
        if (taken && !*taken) return bad_heif("has a damaged property (" + text_of_letters(box.type) + ")");
        if (!taken && association.essential)
            return unsupported_heif("cannot be shown without its property " + text_of_letters(box.type) +
                                    ", which is not known here");
    }
    return properties;
}

} // namespace thumbnailer
