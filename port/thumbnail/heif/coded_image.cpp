#include "thumbnail/heif/coded_image.h"

#include "thumbnail/heif/heif_grid.h"
#include "thumbnail/heif/heif_properties.h"

namespace thumbnailer {

namespace {

// Coded images may be padded to whole blocks: they are up to this much larger than the item.
constexpr std::int32_t kMostFilling = 64;

// What a decoder needs to begin.
struct Start {
    HevcConfig hevc; // of hvc1
    CodedFormat format;
    Bytes data;
    std::vector<std::byte> joined; // what `data` is a part of, if it is in pieces
    std::uint8_t operating_point = 0;
    bool av1 = false;
};

bool is_of_size(const CodedFormat& format, Size size) {
    const auto fits = [](std::int32_t coded, std::int32_t wanted) {
        return coded >= wanted && coded - wanted < kMostFilling;
    };
    return fits(format.shown.width, size.width) && fits(format.shown.height, size.height) &&
           fits(format.size.width, format.shown.width) && fits(format.size.height, format.shown.height);
}

bool has_samples_for(const YuvPlanes& planes, Size size) {
    const auto covers = [](const YuvPlane& plane, Size wanted) {
        return plane.size.width >= wanted.width && plane.size.height >= wanted.height;
    };
    const Size chroma{(size.width + planes.across - 1) / planes.across, (size.height + planes.down - 1) / planes.down};
    return covers(planes.planes[0], size) &&
           (planes.mono || (covers(planes.planes[1], chroma) && covers(planes.planes[2], chroma)));
}

Result<Done> start_hevc(const HeifProperties& properties, Start& start) {
    if (properties.decoder.empty()) return bad_heif("does not say how its decoder is set up (hvcC)");
    auto config = read_hevc_config(properties.decoder);
    if (!config) return std::move(config).error();
    start.hevc = std::move(*config);
    start.format = start.hevc.format;
    return Done{};
}

Result<Done> start_av1(const HeifProperties& properties, Start& start) {
    const auto format = Av1Decoder::format_of(start.data);
    if (!format) return format.error();
    start.av1 = true;
    start.format = *format;
    start.operating_point = properties.operating_point;
    return Done{};
}

Result<Start> start_of(const HeifMeta& meta, ItemId id, Size size) {
    const HeifItem& item = *meta.item(id);
    if (!is_coded_image(item.type)) return unknown_coding(item.type);
    const auto properties = properties_of(meta, item);
    if (!properties) return properties.error();
    Start start;
    const auto data = data_of(meta, item, start.joined);
    if (!data) return data.error();
    start.data = *data;
    const auto started =
        item.type == four_letters("av01") ? start_av1(*properties, start) : start_hevc(*properties, start);
    if (!started) return started.error();
    // Checked before memory is allocated for it.
    if (!is_of_size(start.format, size)) return bad_heif("has a coded image of another size than it says");
    return start;
}

} // namespace

Result<CodedFormat> CodedImage::format_of(const HeifMeta& meta, ItemId id, Size size) {
    auto start = start_of(meta, id, size);
    if (!start) return std::move(start).error();
    return start->format;
}

Result<CodedImage> CodedImage::decode(const HeifMeta& meta, ItemId id, Size size, std::int32_t shrink) {
    auto start = start_of(meta, id, size);
    if (!start) return std::move(start).error();
    const auto checked = [&](auto decoder) -> Result<CodedImage> {
        if (!decoder) return std::move(decoder).error();
        if (!has_samples_for(decoder->planes(), size)) return bad_heif("has a coded image with too few samples");
        return CodedImage(std::move(*decoder));
    };
    if (start->av1) return checked(Av1Decoder::decode(start->format, start->data, start->operating_point));
    // A single picture is not predicted from what the filters make of it. They changed means of 4 x 4 pixels by 0.1
    // levels (at most 4), for a tenth to a fifth of the time of a photo of 12 megapixels.
    constexpr std::int32_t kCoarse = 4;
    const auto filters = shrink >= kCoarse ? HevcDecoder::Filters::skip : HevcDecoder::Filters::apply;
    return checked(HevcDecoder::decode(start->hevc, start->data, filters));
}

const YuvPlanes& CodedImage::planes() const {
    return std::visit([](const auto& decoder) -> const YuvPlanes& { return decoder.planes(); }, decoder_);
}

} // namespace thumbnailer
