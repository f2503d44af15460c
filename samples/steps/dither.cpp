// dither: a palette of few colours, by Floyd-Steinberg error diffusion (Floyd and Steinberg, 1976).
#include "step.h"

const char* step_describe() {
    return "step/1 dither 1.0.0 Reduces the picture to a small palette and spreads the error\n"
           "palette choice mono,handheld,arcade handheld The colours: 2, 4 or 8 of them\n"
           "spread number 0..1 1 How much of the error goes on to the neighbours\n";
}

namespace {

struct Palette {
    int colours;
    uint8_t rgb[8][3];
};

constexpr Palette kPalettes[] = {
    {2, {{0, 0, 0}, {255, 255, 255}}},
    {4, {{15, 56, 15}, {48, 98, 48}, {139, 172, 15}, {155, 188, 15}}},
    {8, {{0, 0, 0}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {255, 255, 0}, {255, 0, 255}, {0, 255, 255}, {255, 255, 255}}},
};

int clamp(int value) { return value < 0 ? 0 : value > 255 ? 255 : value; }

int nearest(const Palette& palette, const int (&wanted)[3]) {
    int best = 0;
    int least = 1 << 30;
    for (int index = 0; index < palette.colours; ++index) {
        int distance = 0;
        for (int c = 0; c < 3; ++c) {
            const int difference = wanted[c] - palette.rgb[index][c];
            distance += difference * difference;
        }
        if (distance >= least) continue;
        least = distance;
        best = index;
    }
    return best;
}

} // namespace

const char* step_run(const uint8_t* source, uint8_t* result, int32_t width, int32_t height, const double* parameters) {
    const Palette& palette = kPalettes[static_cast<int>(parameters[0])];
    const int spread = static_cast<int>(parameters[1] * 16 + 0.5);
    // Errors in sixteenths of this row and the next, with a column more on both sides.
    const size_t row = (static_cast<size_t>(width) + 2) * 3;
    int* const errors = static_cast<int*>(step_alloc(2 * row * sizeof(int)));
    if (!errors) return "there is no memory for two rows of errors";
    for (size_t at = 0; at < 2 * row; ++at) errors[at] = 0;
    for (int32_t y = 0; y < height; ++y) {
        int* const here = errors + (y % 2 == 0 ? 0 : row);
        int* const below = errors + (y % 2 == 0 ? row : 0);
        for (size_t at = 0; at < row; ++at) below[at] = 0;
        for (size_t x = 0; x < static_cast<size_t>(width); ++x, source += 4, result += 4) {
            int wanted[3];
            for (size_t c = 0; c < 3; ++c) wanted[c] = clamp(source[c] + here[(x + 1) * 3 + c] / 16);
            const int chosen = nearest(palette, wanted);
            for (size_t c = 0; c < 3; ++c) {
                const int error = (wanted[c] - palette.rgb[chosen][c]) * spread / 16;
                here[(x + 2) * 3 + c] += error * 7;
                below[x * 3 + c] += error * 3;
                below[(x + 1) * 3 + c] += error * 5;
                below[(x + 2) * 3 + c] += error;
                result[c] = palette.rgb[chosen][c];
            }
            result[3] = source[3];
        }
    }
    return nullptr;
}
