#include "thumbnail/decode/heif_traits.h"

#include <algorithm>
#include <vector>

#include "base/byte_reader.h"

namespace thumbnailer {

namespace {

struct Box {
    std::string_view type;
    Bytes contents;
};

constexpr std::size_t kMostBoxes = 10'000;

// The boxes of the contents, up to what is damaged.
std::vector<Box> boxes_in(Bytes contents) {
    std::vector<Box> boxes;
    ByteReader reader(contents);
    while (boxes.size() < kMostBoxes) {
        auto size = reader.unsigned_of(4);
        const auto type = reader.take(4);
        if (!type) break;
        std::uint64_t header = 8;
        if (*size == 1) {
            size = reader.unsigned_of(8);
            header = 16;
        }
        if (size == 0) size = reader.left() + header; // the last: up to the end
        if (!size || *size < header) break;
        const auto inner = reader.take(*size - header);
        if (!inner) break;
        boxes.push_back({text_of(*type), *inner});
    }
    return boxes;
}

std::optional<Bytes> find(const std::vector<Box>& boxes, std::string_view type) {
    const auto box = std::ranges::find(boxes, type, &Box::type);
    return box == boxes.end() ? std::nullopt : std::optional(box->contents);
}

// The contents behind a version and flags.
Bytes body_of(Bytes full_box) { return full_box.size() < 4 ? Bytes() : full_box.subspan(4); }
unsigned version_of(Bytes full_box) { return full_box.empty() ? 0 : static_cast<unsigned>(full_box[0]); }
unsigned flags_of(Bytes full_box) { return full_box.size() < 4 ? 0 : static_cast<unsigned>(full_box[3]); }

// The properties of an item, counted from 1 (ipma); an item that is a grid has those of the whole.
std::vector<std::uint64_t> properties_of(Bytes ipma, std::uint64_t item) {
    const std::size_t id_width = version_of(ipma) < 1 ? 2 : 4;
    const std::size_t index_width = (flags_of(ipma) & 1) != 0 ? 2 : 1;
    ByteReader reader(body_of(ipma));
    const std::uint64_t entries = reader.unsigned_of(4).value_or(0);
    for (std::uint64_t entry = 0; entry < entries; ++entry) {
        const auto id = reader.unsigned_of(id_width);
        const auto count = reader.unsigned_of(1);
        if (!count) break;
        std::vector<std::uint64_t> indices;
        for (std::uint64_t index = 0; index < *count; ++index) {
            const auto value = reader.unsigned_of(index_width);
            if (!value) return indices;
            indices.push_back(*value & (index_width == 2 ? 0x7fffU : 0x7fU)); // without whether it is essential
        }
        if (id == item) return indices;
    }
    return {};
}

std::optional<ColourDescription> colours_of(const std::vector<Box>& meta, std::uint64_t item) {
    const auto iprp = find(meta, "iprp");
    const auto inner = iprp ? boxes_in(*iprp) : std::vector<Box>();
    const auto ipco = find(inner, "ipco");
    const auto ipma = find(inner, "ipma");
    if (!ipco || !ipma) return std::nullopt;
    const std::vector<Box> properties = boxes_in(*ipco);
    std::optional<ColourDescription> described;
    for (const std::uint64_t index : properties_of(*ipma, item)) {
        if (index == 0 || index > properties.size() || properties[index - 1].type != "colr") continue;
        ByteReader colours(properties[index - 1].contents);
        const auto kind = colours.take(4);
        if (!kind) continue;
        if (text_of(*kind) != "nclx") return std::nullopt; // prof or rICC: a profile
        const auto primaries = colours.unsigned_of(2);
        const auto transfer = colours.unsigned_of(2);
        if (transfer) described = described_by(*primaries, *transfer);
    }
    return described;
}

// Whether an item refers to others by `prem`.
bool is_premultiplied(const std::vector<Box>& meta, std::uint64_t item) {
    const auto iref = find(meta, "iref");
    if (!iref) return false;
    const std::size_t width = version_of(*iref) == 0 ? 2 : 4;
    for (const Box& reference : boxes_in(body_of(*iref)))
        if (reference.type == "prem" && ByteReader(reference.contents).unsigned_of(width) == item) return true;
    return false;
}

} // namespace

HeifTraits heif_traits(Bytes source) {
    const auto meta = find(boxes_in(source), "meta");
    if (!meta) return {};
    const std::vector<Box> boxes = boxes_in(body_of(*meta));
    const auto pitm = find(boxes, "pitm");
    const auto item = pitm ? ByteReader(body_of(*pitm)).unsigned_of(version_of(*pitm) == 0 ? 2 : 4) : std::nullopt;
    if (!item) return {};
    return {colours_of(boxes, *item), is_premultiplied(boxes, *item)};
}

} // namespace thumbnailer
