#include "thumbnail/decode/png_colour.h"

#include <array>
#include <cmath>

#include "base/byte_reader.h"

namespace thumbnailer {

namespace {

struct Chunks {
    std::optional<Bytes> cicp, gamma, primaries;
    bool profile = false; // iCCP
    bool srgb = false;
};

// Those before the pixels; a chunk is its length, its name, its contents and a checksum.
Chunks chunks_of(Bytes source) {
    constexpr std::uint64_t kSignature = 8;
    constexpr int kMostChunks = 1000;
    Chunks chunks;
    ByteReader reader(source);
    if (!reader.take(kSignature)) return chunks;
    for (int index = 0; index < kMostChunks; ++index) {
        const auto length = reader.unsigned_of(4);
        const auto name = reader.take(4);
        const auto contents = name ? reader.take(*length) : std::nullopt;
        if (!contents || !reader.take(4) || text_of(*name) == "IDAT") break;
        if (text_of(*name) == "cICP") chunks.cicp = *contents;
        if (text_of(*name) == "gAMA") chunks.gamma = *contents;
        if (text_of(*name) == "cHRM") chunks.primaries = *contents;
        if (text_of(*name) == "iCCP") chunks.profile = true;
        if (text_of(*name) == "sRGB") chunks.srgb = true;
    }
    return chunks;
}

std::optional<ColourDescription> by_cicp(Bytes contents) {
    if (contents.size() != 4) return std::nullopt;
    return described_by(static_cast<std::uint64_t>(contents[0]), static_cast<std::uint64_t>(contents[1]));
}

// Of white, red, green and blue; nothing when they are no triangle.
std::optional<Primaries> primaries_in(Bytes contents) {
    constexpr double kUnit = 100'000;
    ByteReader reader(contents);
    std::array<std::array<double, 2>, 4> places{};
    for (auto& place : places)
        for (double& coordinate : place) {
            const auto value = reader.unsigned_of(4);
            if (!value) return std::nullopt;
            coordinate = static_cast<double>(*value) / kUnit;
        }
    const auto& [white, red, green, blue] = places;
    const double area = (green[0] - red[0]) * (blue[1] - red[1]) - (blue[0] - red[0]) * (green[1] - red[1]);
    for (const auto& place : places)
        if (place[1] < 0.01 || place[0] + place[1] > 1.2) return std::nullopt;
    if (std::abs(area) < 0.01) return std::nullopt;
    return Primaries{red, green, blue, white};
}

// Two descriptions of sRGB differ in what they round.
bool is_near(const Primaries& one, const Primaries& other) {
    constexpr double kTolerance = 0.002;
    const auto near = [](const std::array<double, 2>& a, const std::array<double, 2>& b) {
        return std::abs(a[0] - b[0]) < kTolerance && std::abs(a[1] - b[1]) < kTolerance;
    };
    return near(one.red, other.red) && near(one.green, other.green) && near(one.blue, other.blue) &&
           near(one.white, other.white);
}

// gAMA is 100,000 divided by the exponent of the screen. 2.2 says sRGB, as most writers mean it.
std::optional<Transfer> transfer_in(Bytes contents) {
    const auto value = ByteReader(contents).unsigned_of(4);
    if (!value || *value < 1'000 || *value > 1'000'000) return std::nullopt;
    const double exponent = 100'000.0 / static_cast<double>(*value);
    if (std::abs(exponent - 2.2) < 0.02) return Transfer{};
    return Transfer{Transfer::Curve::power, exponent};
}

} // namespace

std::optional<ColourDescription> png_colours(Bytes source) {
    const Chunks chunks = chunks_of(source);
    if (chunks.cicp)
        if (const auto colours = by_cicp(*chunks.cicp)) return colours;
    if (chunks.profile || chunks.srgb || !(chunks.gamma || chunks.primaries)) return std::nullopt;
    ColourDescription colours;
    if (const auto transfer = chunks.gamma ? transfer_in(*chunks.gamma) : std::nullopt) colours.transfer = *transfer;
    if (const auto primaries = chunks.primaries ? primaries_in(*chunks.primaries) : std::nullopt)
        if (!is_near(*primaries, Primaries{})) colours.primaries = *primaries;
    return colours;
}

} // namespace thumbnailer
