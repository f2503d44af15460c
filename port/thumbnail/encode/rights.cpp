#include "thumbnail/encode/rights.h"

#include <algorithm>
#include <array>

#include "base/byte_reader.h"
#include "svg/tag.h"
#include "thumbnail/containers/tiff.h"

namespace thumbnailer {

namespace {

class Block {
public:
    Block& text(std::string_view word) { return bytes(bytes_of(word)); }
    Block& bytes(Bytes added) {
        bytes_.insert(bytes_.end(), added.begin(), added.end());
        return *this;
    }
    // Big endian.
    Block& number(std::uint64_t value, std::size_t width) {
        for (std::size_t index = width; index-- > 0;) bytes_.push_back(static_cast<std::byte>(value >> (8 * index)));
        return *this;
    }
    std::size_t size() const { return bytes_.size(); }
    std::vector<std::byte> take() { return std::move(bytes_); }

private:
    std::vector<std::byte> bytes_;
};

// The bytes of an ASCII value as they stand, their closing zero included.
std::optional<Bytes> value_of(const Tiff& exif, std::uint64_t tag) {
    constexpr std::uint64_t kMost = 60'000; // the whole block must fit into one segment of a JPEG
    const auto directory = exif.first();
    const auto begin = directory ? exif.place(*directory, tag) : std::nullopt;
    const auto count = begin ? exif.count(*directory, tag) : std::nullopt;
    if (!count || *count == 0 || *count > kMost) return std::nullopt;
    ByteReader reader(exif.bytes());
    return reader.take(*begin) ? reader.take(*count) : std::nullopt;
}

constexpr std::array<std::string_view, 2> kRightsElements{"dc:rights", "dc:creator"};

bool is_about_rights(std::string_view name) {
    return name.starts_with("xmpRights:") || std::ranges::find(kRightsElements, name) != kRightsElements.end();
}

// Behind the end tag of an element; nothing when there is none.
std::optional<std::size_t> end_of_element(std::string_view xmp, const Tag& tag) {
    if (tag.empty) return tag.end;
    const std::string closing = "</" + std::string(tag.name);
    const std::size_t begin = xmp.find(closing, tag.end);
    const std::size_t end = begin == std::string_view::npos ? begin : xmp.find('>', begin);
    return end == std::string_view::npos ? std::nullopt : std::optional(end + 1);
}

std::string as_it_stands(const Attribute& attribute) {
    const char quote = attribute.value.data()[-1];
    return " " + std::string(attribute.name) + "=" + quote + std::string(attribute.value) + quote;
}

std::size_t place_in(std::string_view text, std::string_view part) {
    return static_cast<std::size_t>(part.data() - text.data());
}

constexpr std::string_view kPhotoshop("Photoshop 3.0\0", 14);
constexpr std::uint64_t kIptcResource = 0x0404;

// Photoshop's resources: a signature, a number, a name of even length, a size, and contents of even length.
std::optional<Bytes> iptc_record(Bytes block) {
    ByteReader reader(block);
    if (text_of(block).starts_with(kPhotoshop)) reader.take(kPhotoshop.size());
    while (const auto signature = reader.take(4)) {
        if (text_of(*signature) != "8BIM") return std::nullopt;
        const auto number = reader.unsigned_of(2);
        const auto name = reader.unsigned_of(1);
        if (!name || !reader.take(*name + (*name % 2 == 0 ? 1 : 0))) return std::nullopt;
        const auto size = reader.unsigned_of(4);
        const auto contents = size ? reader.take(*size) : std::nullopt;
        if (!contents) return std::nullopt;
        if (number == kIptcResource) return contents;
        if (*size % 2 != 0) reader.take(1);
    }
    return std::nullopt;
}

bool is_kept(std::uint64_t record, std::uint64_t dataset, IptcFields fields) {
    if (fields == IptcFields::all) return true;
    constexpr std::array<std::uint64_t, 4> kRights{80, 110, 115, 116};
    constexpr std::uint64_t kCharacterSet = 90; // of record 1: what the letters of the others mean
    return (record == 2 && std::ranges::find(kRights, dataset) != kRights.end()) ||
           (record == 1 && dataset == kCharacterSet);
}

} // namespace

std::optional<std::vector<std::byte>> exif_rights(Bytes exif) {
    constexpr std::string_view kPrefix("Exif\0\0", 6);
    const auto read = Tiff::open(text_of(exif).starts_with(kPrefix) ? exif.subspan(kPrefix.size()) : exif);
    if (!read) return std::nullopt;
    constexpr std::array<std::uint64_t, 2> kTags{0x013b, 0x8298}; // Artist, Copyright
    constexpr std::uint64_t kAscii = 2;
    Block entries, values;
    std::uint64_t count = 0;
    for (const std::uint64_t tag : kTags) count += value_of(*read, tag) ? 1 : 0;
    if (count == 0) return std::nullopt;
    for (const std::uint64_t tag : kTags) {
        const auto value = value_of(*read, tag);
        if (!value) continue;
        entries.number(tag, 2).number(kAscii, 2).number(value->size(), 4);
        if (value->size() <= 4) {
            entries.bytes(*value).bytes(std::vector<std::byte>(4 - value->size()));
        } else {
            entries.number(8 + 2 + 12 * count + 4 + values.size(), 4);
            values.bytes(*value);
        }
    }
    Block block;
    block.text(kPrefix).text("MM").number(42, 2).number(8, 4).number(count, 2);
    return block.bytes(entries.take()).number(0, 4).bytes(values.take()).take();
}

std::optional<std::string> xmp_rights(std::string_view xmp) {
    std::string attributes, elements;
    for (auto tag = next_tag(xmp, 0); tag;) {
        std::size_t next = tag->end;
        if (is_about_rights(tag->name)) {
            const auto end = end_of_element(xmp, *tag);
            if (!end) break;
            elements.append(xmp.substr(tag->begin, *end - tag->begin));
            next = *end;
        }
        for (const Attribute& attribute : tag->attributes)
            if (tag->name == "rdf:Description" && is_about_rights(attribute.name))
                attributes.append(as_it_stands(attribute));
        tag = next_tag(xmp, next);
    }
    if (attributes.empty() && elements.empty()) return std::nullopt;
    return "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
           "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
           "xmlns:xmpRights=\"http://ns.adobe.com/xap/1.0/rights/\"" +
           attributes + ">" + elements + "</rdf:Description></rdf:RDF></x:xmpmeta>";
}

std::string xmp_of_thumbnail(std::string_view xmp) {
    std::string kept;
    std::size_t copied = 0;
    const auto replace = [&](std::size_t begin, std::size_t end, std::string_view by) {
        kept.append(xmp.substr(copied, begin - copied)).append(by);
        copied = end;
    };
    for (auto tag = next_tag(xmp, 0); tag;) {
        std::size_t next = tag->end;
        for (const Attribute& attribute : tag->attributes)
            if (attribute.name == "tiff:Orientation")
                replace(place_in(xmp, attribute.value), place_in(xmp, attribute.value) + attribute.value.size(), "1");
        const bool orientation = tag->name == "tiff:Orientation";
        if (orientation || tag->name == "xmp:Thumbnails") {
            const auto end = end_of_element(xmp, *tag);
            if (!end) break;
            replace(tag->begin, *end, orientation ? "<tiff:Orientation>1</tiff:Orientation>" : "");
            next = *end;
        }
        tag = next_tag(xmp, next);
    }
    return kept.append(xmp.substr(copied));
}

std::optional<std::vector<std::byte>> iptc_of_thumbnail(Bytes block, IptcFields fields) {
    const auto record = iptc_record(block);
    if (!record) return std::nullopt;
    constexpr std::uint64_t kMarker = 0x1c;
    Block kept;
    ByteReader reader(*record);
    while (reader.unsigned_of(1) == kMarker) {
        const auto number = reader.unsigned_of(1);
        const auto dataset = reader.unsigned_of(1);
        const auto length = reader.unsigned_of(2);
        const auto value = length && *length < 0x8000 ? reader.take(*length) : std::nullopt;
        if (!value) break;
        if (is_kept(*number, *dataset, fields))
            kept.number(kMarker, 1).number(*number, 1).number(*dataset, 1).number(*length, 2).bytes(*value);
    }
    if (kept.size() == 0) return std::nullopt;
    Block made;
    made.text(kPhotoshop).text("8BIM").number(kIptcResource, 2).number(0, 2).number(kept.size(), 4);
    const bool odd = kept.size() % 2 != 0;
    made.bytes(kept.take());
    if (odd) made.number(0, 1);
    return made.take();
}

} // namespace thumbnailer
