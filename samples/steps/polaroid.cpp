// polaroid: a paper frame around the picture, wider below, with a small mark in its corner. It changes the size.
#include "step.h"

const char* step_describe() {
    return "step/1 polaroid 1.0.0 Puts the picture into a paper frame that carries a mark\n"
           "border integer 1..500 12 Width of the frame in pixels; it is four times as wide below\n"
           "paper colour - #fdfbf5 Colour of the frame\n"
           "mark boolean - true Whether the frame carries the mark\n";
}

namespace {

struct Frame {
    int64_t border;
    int64_t width;
    int64_t height;
};

constexpr int64_t kBelow = 4;
constexpr int64_t kLongest = 16383;

Frame frame_of(int32_t width, int32_t height, const double* parameters) {
    const int64_t border = static_cast<int64_t>(parameters[0]);
    return {border, width + 2 * border, height + (1 + kBelow) * border};
}

void put(uint8_t* pixel, uint32_t colour) {
    pixel[0] = static_cast<uint8_t>(colour >> 16);
    pixel[1] = static_cast<uint8_t>(colour >> 8);
    pixel[2] = static_cast<uint8_t>(colour);
    pixel[3] = 255;
}

// A ring and its centre, 7 x 7.
constexpr uint8_t kMark[7] = {0b0011100, 0b0100010, 0b1001001, 0b1011101, 0b1001001, 0b0100010, 0b0011100};

void draw_mark(uint8_t* result, const Frame& frame, int32_t picture_height) {
    const int64_t dot = frame.border * kBelow / 14;
    const int64_t side = dot * 7;
    const int64_t left = frame.width - frame.border - side;
    const int64_t top = frame.border + picture_height + (frame.border * kBelow - side) / 2;
    if (dot == 0 || left < 0) return;
    for (int64_t y = 0; y < side; ++y)
        for (int64_t x = 0; x < side; ++x)
            if (kMark[y / dot] >> (6 - x / dot) & 1) put(result + ((top + y) * frame.width + left + x) * 4, 0x9a8f80);
}

} // namespace

uint64_t step_size(int32_t width, int32_t height, const double* parameters) {
    const Frame frame = frame_of(width, height, parameters);
    return static_cast<uint64_t>(frame.width) << 32 | static_cast<uint64_t>(frame.height);
}

const char* step_run(const uint8_t* source, uint8_t* result, int32_t width, int32_t height, const double* parameters) {
    const Frame frame = frame_of(width, height, parameters);
    if (frame.width > kLongest || frame.height > kLongest) return "the frame would be larger than 16383 pixels";
    const uint32_t paper = static_cast<uint32_t>(parameters[1]);
    for (int64_t at = 0; at < frame.width * frame.height; ++at) put(result + at * 4, paper);
    for (int64_t y = 0; y < height; ++y) {
        uint8_t* to = result + ((frame.border + y) * frame.width + frame.border) * 4;
        for (int64_t x = 0; x < width; ++x, source += 4, to += 4) {
            // What shines through is paper.
            const int alpha = source[3];
            for (int c = 0; c < 3; ++c) to[c] = static_cast<uint8_t>((source[c] * alpha + to[c] * (255 - alpha) + 127) / 255);
        }
    }
    if (parameters[2] != 0) draw_mark(result, frame, height);
    return nullptr;
}
