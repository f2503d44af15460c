#include "thumbnail/encode/encode_gif.h"

#include <algorithm>
#include <array>
#include <span>

#include "thumbnail/gif/gif_encoder.h"

namespace thumbnailer {

using vips::VImage;

namespace {

// What is tried one after the other. The first is for sources of more than 128 colours: the frames of the others were
// coarser than what is saved here.
struct Economy {
    int colours;
    int tolerance;
    double enough; // squared
};
constexpr std::array kEconomies{Economy{256, 0, 1}, Economy{256, 2, 3}, Economy{256, 3, 6}, Economy{128, 4, 6},
                                Economy{64, 6, 9},  Economy{32, 8, 16}, Economy{16, 8, 25}, Economy{8, 8, 40}};

GifSettings settings_of(const Economy& economy, const Output& output) {
    GifSettings settings;
    settings.colours = economy.colours;
    settings.tolerance = economy.tolerance;
    settings.enough = economy.enough;
    settings.coarse += 5 * economy.enough;
    if (output.effort >= 0) settings.rounds = effort_from(output, 0, 10);
    return settings;
}

Encoded owned(const std::vector<std::byte>& bytes) { return Encoded(vips_blob_copy(bytes.data(), bytes.size())); }

} // namespace

Encoded encode_gif(const VImage& image, const Output& output, std::size_t source_bytes) {
    const GifEncoder encoder(image);
    if (const int wanted = bits_of(output); wanted != 0) {
        const Economy asked{1 << std::min(wanted, 8), 0, 0};
        return owned(encoder.encode(settings_of(asked, output)));
    }
    const int bits = palette_bits_of(image);
    const int fewest = bits >= 1 && bits <= 4 ? 8 : 32;
    const std::size_t first = bits >= 1 && bits <= 7 ? 1 : 0;
    std::vector<std::byte> smallest;
    for (const Economy& economy : std::span(kEconomies).subspan(first)) {
        if (economy.colours < fewest) break;
        std::vector<std::byte> made = encoder.encode(settings_of(economy, output));
        if (smallest.empty() || made.size() < smallest.size()) smallest = std::move(made);
        if (source_bytes == 0 || smallest.size() <= source_bytes) break;
    }
    return owned(smallest);
}

} // namespace thumbnailer
