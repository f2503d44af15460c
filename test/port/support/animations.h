// Animations of the kinds that are sent: drawings in few colours, soft gradients, photographs, sprites on nothing.
#pragma once

#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "support/pixels.h"

namespace thumbnailer::test {

inline vips::VImage roll_of(const std::vector<vips::VImage>& frames) {
    vips::VImage roll =
        vips::VImage::arrayjoin(frames, vips::VImage::option()->set("across", 1)->set("shim", 0)).copy_memory().copy();
    roll.set(VIPS_META_PAGE_HEIGHT, frames.front().height());
    roll.set("delay", std::vector<int>(frames.size(), 40));
    return roll;
}

// A picture, pixel by pixel.
inline vips::VImage drawn(int width, int height, int bands, const std::function<Pixel(double x, double y)>& colour) {
    std::vector<std::uint8_t> samples;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const Pixel pixel = colour(x, y);
            for (int band = 0; band < bands; ++band)
                samples.push_back(static_cast<std::uint8_t>(pixel[static_cast<std::size_t>(band)]));
        }
    VipsImage* image =
        vips_image_new_from_memory_copy(samples.data(), samples.size(), width, height, bands, VIPS_FORMAT_UCHAR);
    if (image == nullptr) throw vips::VError();
    image->Type = VIPS_INTERPRETATION_sRGB;
    return vips::VImage(image);
}

// A ball that jumps before hills, with hard edges.
inline vips::VImage cartoon(int width, int height, int frames) {
    std::vector<vips::VImage> made;
    for (int frame = 0; frame < frames; ++frame) {
        const double way = static_cast<double>(frame) / frames;
        const double left = way * width, top = height * (0.7 - 0.5 * std::abs(std::sin(way * 9)));
        made.push_back(drawn(width, height, 3, [&](double x, double y) -> Pixel {
            const double apart = std::hypot(x - left, y - top) / height;
            if (apart < 0.07) return {255, 240, 200, 255};
            if (apart < 0.16) return {220, 40, 30, 255};
            if (apart < 0.18) return {20, 20, 20, 255};
            if (y > height * (0.75 + 0.1 * std::sin(x / width * 7))) return {60, 160, 70, 255};
            return y < height * 0.2 ? Pixel{90, 150, 230, 255} : Pixel{170, 210, 250, 255};
        }));
    }
    return roll_of(made);
}

inline vips::VImage gradient(int width, int height, int frames) {
    std::vector<vips::VImage> made;
    for (int frame = 0; frame < frames; ++frame)
        made.push_back(drawn(width, height, 3, [&](double x, double y) -> Pixel {
            const double turn = frame * 0.2;
            return {127 + 120 * std::sin(x / width * 3 + turn), 127 + 120 * std::cos(y / height * 3 - turn),
                    127 + 120 * std::sin((x + y) / (width + height) * 5 + turn), 255};
        }));
    return roll_of(made);
}

// A camera that pans over a photograph.
inline vips::VImage pan(int width, int height, int frames) {
    std::ifstream file(THUMBNAILER_ROOT "/samples/images/photo.jpg", std::ios::binary);
    const vips::VImage photo = decoded({std::istreambuf_iterator<char>(file), {}});
    std::vector<vips::VImage> made;
    for (int frame = 0; frame < frames; ++frame)
        made.push_back(photo.extract_area(frame * 4, frame * 2, width, height));
    return roll_of(made);
}

// Two discs that turn around each other, on nothing.
inline vips::VImage sprites(int width, int height, int frames) {
    std::vector<vips::VImage> made;
    for (int frame = 0; frame < frames; ++frame)
        made.push_back(drawn(width, height, 4, [&](double x, double y) -> Pixel {
            const double turn = frame * 6.2832 / frames, side = std::min(width, height);
            const double away = side * 0.3;
            const auto apart = [&](double sign) {
                return std::hypot(x - width / 2.0 - sign * away * std::cos(turn),
                                  y - height / 2.0 - sign * away * std::sin(turn)) /
                       side;
            };
            if (apart(1) < 0.12) return {240, 180, 20, 255};
            if (apart(-1) < 0.12) return {30, 90, 200, 255};
            return {0, 0, 0, 0};
        }));
    return roll_of(made);
}

// A source as other programs write it: drawings without dithering, photographs with.
struct AnimationKind {
    const char* name;
    vips::VImage roll;
    const char* gif; // how it is written
};

inline std::vector<AnimationKind> animation_kinds() {
    return {{"cartoon", cartoon(200, 150, 24), ".gif[dither=0,bitdepth=3]"},
            {"gradient", gradient(160, 120, 12), ".gif"},
            {"photo", pan(240, 180, 12), ".gif"},
            {"sprites", sprites(160, 120, 20), ".gif[dither=0]"},
            {"one frame", cartoon(400, 300, 1), ".gif[dither=0,bitdepth=3]"},
            {"long", cartoon(120, 90, 100), ".gif[dither=0,bitdepth=3]"}};
}

inline vips::VImage all_frames(const std::string& file) {
    return vips::VImage::new_from_buffer(file.data(), file.size(), "", vips::VImage::option()->set("n", -1))
        .copy_memory();
}

} // namespace thumbnailer::test
