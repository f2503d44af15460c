#include "thumbnail/pixels/icc.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "base/byte_reader.h"
#include "thumbnail/pixels/srgb.h"

namespace thumbnailer {

namespace {

constexpr std::size_t kTagCount = 128; // where the header ends
constexpr std::size_t kTagSize = 12;
constexpr std::uint64_t kMostTags = 100;

std::optional<Bytes> part(Bytes bytes, std::uint64_t offset, std::uint64_t size) {
    if (offset > bytes.size() || size > bytes.size() - offset) return std::nullopt;
    return bytes.subspan(offset, size);
}

bool says(Bytes profile, std::size_t offset, std::string_view word) {
    const auto found = part(profile, offset, word.size());
    return found && text_of(*found) == word;
}

std::optional<Bytes> tag(Bytes profile, std::string_view signature) {
    if (profile.size() < kTagCount) return std::nullopt;
    ByteReader table(profile.subspan(kTagCount));
    const auto count = table.unsigned_of(4);
    for (std::uint64_t index = 0; count && index < std::min(*count, kMostTags); ++index) {
        const auto name = table.take(4);
        const auto offset = table.unsigned_of(4);
        const auto size = table.unsigned_of(4);
        if (!size) return std::nullopt;
        if (text_of(*name) == signature) return part(profile, *offset, *size);
    }
    return std::nullopt;
}

// A number with 16 binary places.
std::optional<double> fixed(ByteReader& reader) {
    const auto bits = reader.unsigned_of(4);
    if (!bits) return std::nullopt;
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(*bits)) / 65536.0;
}

// A primary colour under D50, as in the profiles of sRGB.
using Colour3 = std::array<double, 3>;
constexpr Colour3 kRed{0.4360, 0.2225, 0.0139};
constexpr Colour3 kGreen{0.3851, 0.7169, 0.0971};
constexpr Colour3 kBlue{0.1431, 0.0606, 0.7141};

bool is_primary(Bytes profile, std::string_view signature, const Colour3& wanted) {
    const auto value = tag(profile, signature);
    if (!value || !says(*value, 0, "XYZ ")) return false;
    ByteReader reader(value->subspan(4));
    reader.take(4);
    return std::ranges::all_of(wanted, [&](double each) {
        constexpr double kTolerance = 0.001;
        const auto read = fixed(reader);
        return read && std::abs(*read - each) < kTolerance;
    });
}

// The linear value of a sample by a parametric curve; only the one of its five types that sRGB uses.
std::optional<double> by_formula(ByteReader reader, double sample) {
    constexpr std::uint64_t kWithLinearPart = 3;
    const auto kind = reader.unsigned_of(2);
    reader.take(2);
    const auto gamma = fixed(reader), a = fixed(reader), b = fixed(reader), c = fixed(reader), d = fixed(reader);
    if (kind != kWithLinearPart || !d) return std::nullopt;
    return sample >= *d ? std::pow(*a * sample + *b, *gamma) : *c * sample;
}

std::optional<double> by_table(ByteReader reader, double sample) {
    const auto count = reader.unsigned_of(4);
    if (!count || *count < 2 || *count > reader.left() / 2) return std::nullopt;
    const double place = sample * static_cast<double>(*count - 1);
    const auto below = std::min(static_cast<std::uint64_t>(place), *count - 2);
    reader.take(2 * below);
    const auto low = static_cast<double>(*reader.unsigned_of(2));
    const auto high = static_cast<double>(*reader.unsigned_of(2));
    return (low + (high - low) * (place - static_cast<double>(below))) / 65535;
}

bool is_srgb_curve(Bytes profile, std::string_view signature) {
    const auto curve = tag(profile, signature);
    if (!curve || curve->size() < 8) return false;
    const ByteReader values(curve->subspan(8));
    constexpr int kSteps = 64;
    for (int step = 0; step <= kSteps; ++step) {
        constexpr double kTolerance = 0.75 / 255;
        const double sample = static_cast<double>(step) / kSteps;
        const auto light = says(*curve, 0, "para")   ? by_formula(values, sample)
                           : says(*curve, 0, "curv") ? by_table(values, sample)
                                                     : std::nullopt;
        if (!light || !(std::abs(from_linear(*light) - sample) < kTolerance)) return false;
    }
    return true;
}

} // namespace

bool is_srgb(Bytes profile) {
    // If a profile also has lookup tables, they take precedence over the primaries.
    return says(profile, 16, "RGB XYZ ") && !tag(profile, "A2B0") && is_primary(profile, "rXYZ", kRed) &&
           is_primary(profile, "gXYZ", kGreen) && is_primary(profile, "bXYZ", kBlue) &&
           is_srgb_curve(profile, "rTRC") && is_srgb_curve(profile, "gTRC") && is_srgb_curve(profile, "bTRC");
}

} // namespace thumbnailer
