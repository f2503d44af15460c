#include "thumbnail/pixels/icc_writer.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/bytes.h"
#include "thumbnail/pixels/matrix3.h"

namespace thumbnailer {

namespace {

constexpr Vector kD50{0.9642, 1.0, 0.8249};
constexpr Matrix kBradford{{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}};

Vector xyz_of(const std::array<double, 2>& place) {
    return {place[0] / place[1], 1, (1 - place[0] - place[1]) / place[1]};
}

// From the white of the primaries to that of profiles.
Matrix adaptation(const Primaries& primaries) {
    const Vector from = kBradford * xyz_of(primaries.white);
    const Vector into = kBradford * kD50;
    return inverse(kBradford) * (diagonal({into[0] / from[0], into[1] / from[1], into[2] / from[2]}) * kBradford);
}

// Its columns are red, green and blue under D50.
Matrix rgb_to_xyz(const Primaries& primaries) {
    const Vector red = xyz_of(primaries.red), green = xyz_of(primaries.green), blue = xyz_of(primaries.blue);
    const Matrix columns{{{red[0], green[0], blue[0]}, {red[1], green[1], blue[1]}, {red[2], green[2], blue[2]}}};
    return adaptation(primaries) * (columns * diagonal(inverse(columns) * xyz_of(primaries.white)));
}

class IccBytes {
public:
    IccBytes& text(std::string_view word) { return bytes(bytes_of(word)); }
    IccBytes& bytes(Bytes added) {
        bytes_.insert(bytes_.end(), added.begin(), added.end());
        return *this;
    }
    IccBytes& zeros(std::size_t count) {
        bytes_.insert(bytes_.end(), count, std::byte{0});
        return *this;
    }
    IccBytes& number(std::uint64_t value, std::size_t width) {
        for (std::size_t index = width; index-- > 0;) bytes_.push_back(static_cast<std::byte>(value >> (8 * index)));
        return *this;
    }
    // With 16 binary places.
    IccBytes& fixed(double value) {
        return number(static_cast<std::uint32_t>(static_cast<std::int32_t>(std::lround(value * 65536))), 4);
    }
    IccBytes& xyz(const Vector& value) { return fixed(value[0]).fixed(value[1]).fixed(value[2]); }
    std::vector<std::byte> take() { return std::move(bytes_); }

private:
    std::vector<std::byte> bytes_;
};

// All have a length that is a multiple of 4.
struct Tag {
    std::string_view name;
    std::vector<std::byte> contents;
};

Tag xyz_tag(std::string_view name, const Vector& value) {
    return {name, IccBytes().text("XYZ ").zeros(4).xyz(value).take()};
}

Tag text_tag(std::string_view name, std::string_view words) {
    IccBytes contents;
    contents.text("mluc").zeros(4).number(1, 4).number(12, 4).text("enUS").number(2 * words.size(), 4).number(28, 4);
    for (const char letter : words) contents.number(static_cast<unsigned char>(letter), 2);
    return {name, contents.zeros(2 * words.size() % 4).take()};
}

Tag curve_tag(std::string_view name, const Transfer& transfer) {
    constexpr std::uint64_t kSteps = 1024;
    IccBytes contents;
    contents.text("curv").zeros(4).number(kSteps, 4);
    for (std::uint64_t step = 0; step < kSteps; ++step) {
        const double light = light_of(transfer, static_cast<double>(step) / (kSteps - 1));
        contents.number(static_cast<std::uint64_t>(std::lround(std::clamp(light, 0.0, 1.0) * 65535)), 2);
    }
    return {name, contents.take()};
}

Tag adaptation_tag(std::string_view name, const Primaries& primaries) {
    IccBytes contents;
    contents.text("sf32").zeros(4);
    for (const Vector& row : adaptation(primaries)) contents.xyz(row);
    return {name, contents.take()};
}

std::vector<Tag> tags_of(const ColourDescription& colours, bool grey) {
    std::vector<Tag> tags{text_tag("desc", "As the file describes its colours"), text_tag("cprt", "Use freely"),
                          xyz_tag("wtpt", kD50), adaptation_tag("chad", colours.primaries)};
    if (grey) {
        tags.push_back(curve_tag("kTRC", colours.transfer));
        return tags;
    }
    const Matrix xyz = rgb_to_xyz(colours.primaries);
    constexpr std::string_view kPrimaryTags[] = {"rXYZ", "gXYZ", "bXYZ"};
    for (std::size_t column = 0; column < 3; ++column)
        tags.push_back(xyz_tag(kPrimaryTags[column], {xyz[0][column], xyz[1][column], xyz[2][column]}));
    for (const std::string_view name : {"rTRC", "gTRC", "bTRC"}) tags.push_back(curve_tag(name, colours.transfer));
    return tags;
}

// The header but for its first four bytes, the size of it all.
std::vector<std::byte> header(bool grey) {
    IccBytes header;
    header.zeros(8).number(0x04300000, 4).text("mntr").text(grey ? "GRAY" : "RGB ").text("XYZ ");
    for (const unsigned part : {2026U, 1U, 1U, 0U, 0U, 0U}) header.number(part, 2); // made when: always the same
    return header.text("acsp").zeros(28).xyz(kD50).zeros(48).take();
}

} // namespace

std::vector<std::byte> icc_profile_of(const ColourDescription& colours, bool grey) {
    const std::vector<Tag> tags = tags_of(colours, grey);
    const std::vector<std::byte> head = header(grey);
    std::size_t size = head.size() + 4 + 12 * tags.size();
    IccBytes table;
    table.number(tags.size(), 4);
    for (const Tag& tag : tags) {
        table.text(tag.name).number(size, 4).number(tag.contents.size(), 4);
        size += tag.contents.size();
    }
    IccBytes profile;
    profile.number(size, 4).bytes(Bytes(head).subspan(4)).bytes(table.take());
    for (const Tag& tag : tags) profile.bytes(tag.contents);
    return profile.take();
}

} // namespace thumbnailer
