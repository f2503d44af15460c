#include "thumbnail/pixels/colour_description.h"

namespace thumbnailer {

namespace {

std::optional<Primaries> primaries_of(std::uint64_t code) {
    switch (code) {
    case 1: return Primaries{};
    case 4: return Primaries{{0.67, 0.33}, {0.21, 0.71}, {0.14, 0.08}, {0.310, 0.316}};
    case 5: return Primaries{{0.64, 0.33}, {0.29, 0.60}, {0.15, 0.06}};
    case 6:
    case 7: return Primaries{{0.630, 0.340}, {0.310, 0.595}, {0.155, 0.070}};
    case 9: return Primaries{{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}};
    case 11: return Primaries{{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}, {0.314, 0.351}};
    case 12: return Primaries{{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}};
    case 22: return Primaries{{0.630, 0.340}, {0.295, 0.605}, {0.155, 0.077}};
    default: return std::nullopt;
    }
}

Transfer transfer_of(std::uint64_t code) {
    switch (code) {
    case 4: return {Transfer::Curve::power, 2.2};
    case 5: return {Transfer::Curve::power, 2.8};
    case 8: return {Transfer::Curve::power, 1};
    case 16: return {Transfer::Curve::pq};
    case 17: return {Transfer::Curve::power, 2.6};
    case 18: return {Transfer::Curve::hlg};
    default: return {};
    }
}

} // namespace

std::optional<ColourDescription> described_by(std::uint64_t primaries, std::uint64_t transfer) {
    constexpr std::uint64_t kUnspecified = 2;
    if (primaries == kUnspecified && transfer == kUnspecified) return std::nullopt;
    return ColourDescription{primaries_of(primaries).value_or(Primaries{}), transfer_of(transfer)};
}

} // namespace thumbnailer
