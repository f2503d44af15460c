// duotone: shadows take one colour, highlights another, and what lies between is mixed of both.
#include "step.h"

const char* step_describe() {
    return "step/1 duotone 1.0.0 Maps shadows to one colour and highlights to another\n"
           "strength number 0..1 1 How much of the effect is mixed into the picture\n"
           "dark colour - #1d3557 Colour of the shadows\n"
           "light colour - #f1faee Colour of the highlights\n";
}

namespace {

struct Rgb {
    uint8_t channel[3];
};

// The brightness of a pixel by BT.601, in 8 bits of fraction.
int luma_of(const uint8_t* pixel) { return (pixel[0] * 77 + pixel[1] * 150 + pixel[2] * 29) >> 8; }

int channel_of(uint32_t colour, int channel) { return static_cast<int>(colour >> (16 - 8 * channel) & 255); }

void fill_gradient(uint32_t dark, uint32_t light, Rgb (&gradient)[256]) {
    for (int level = 0; level < 256; ++level)
        for (int c = 0; c < 3; ++c)
            gradient[level].channel[c] = static_cast<uint8_t>(
                (channel_of(dark, c) * (255 - level) + channel_of(light, c) * level + 127) / 255);
}

} // namespace

const char* step_run(const uint8_t* source, uint8_t* result, int32_t width, int32_t height, const double* parameters) {
    const int strength = static_cast<int>(parameters[0] * 256 + 0.5);
    Rgb gradient[256];
    fill_gradient(static_cast<uint32_t>(parameters[1]), static_cast<uint32_t>(parameters[2]), gradient);
    const uint8_t* const end = source + static_cast<size_t>(width) * static_cast<size_t>(height) * 4;
    for (; source != end; source += 4, result += 4) {
        const Rgb& target = gradient[luma_of(source)];
        for (int c = 0; c < 3; ++c)
            result[c] = static_cast<uint8_t>((source[c] * (256 - strength) + target.channel[c] * strength) >> 8);
        result[3] = source[3];
    }
    return nullptr;
}
