#include "thumbnail/gif/gif_encoder.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "support/pixels.h"
#include "thumbnail/gif/lzw.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

namespace {

constexpr GifSettings kExact{.enough = 0, .coarse = 1e9};

VImage image_of_bytes(const std::vector<std::uint8_t>& samples, int width, int height, int bands) {
    VipsImage* image =
        vips_image_new_from_memory_copy(samples.data(), samples.size(), width, height, bands, VIPS_FORMAT_UCHAR);
    REQUIRE(image != nullptr);
    image->Type = VIPS_INTERPRETATION_sRGB;
    return VImage(image);
}

// RGBA frames of random rectangles in `colours` colours, of which the first is transparent, each over the one before.
VImage random_frames(unsigned seed, int side, int frames, int colours, bool transparent) {
    std::mt19937 random(seed);
    const auto below = [&](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
    std::vector<std::uint8_t> samples;
    std::vector<int> canvas(static_cast<std::size_t>(side * side), transparent ? 0 : 1);
    for (int frame = 0; frame < frames; ++frame) {
        const int left = below(side), top = below(side), right = left + 1 + below(side - left);
        const int bottom = top + 1 + below(side - top), colour = transparent ? below(colours) : 1 + below(colours - 1);
        const bool noise = below(3) == 0;
        for (int y = top; y < bottom; ++y)
            for (int x = left; x < right; ++x)
                canvas[static_cast<std::size_t>(y * side + x)] = noise ? 1 + below(colours - 1) : colour;
        for (const int value : canvas) {
            const int level = value * 37 % 256;
            for (const int sample : {level, 255 - level, level / 2, 255})
                samples.push_back(static_cast<std::uint8_t>(value == 0 ? 0 : sample));
        }
    }
    VImage roll = image_of_bytes(samples, side, side * frames, 4);
    roll.set(VIPS_META_PAGE_HEIGHT, side);
    return roll;
}

VImage read_back(const std::vector<std::byte>& file) {
    VImage image = VImage::new_from_buffer(file.data(), file.size(), "", VImage::option()->set("n", -1)).copy_memory();
    if (image.bands() < 3) image = image.colourspace(VIPS_INTERPRETATION_sRGB);
    return image.has_alpha() ? image : image.bandjoin_const({255});
}

double largest_difference(const VImage& one, const VImage& other) { return (one - other).abs().max(); }

} // namespace

TEST_CASE("gif encoder: a still image of up to 256 colours is what it was, at every size of code") {
    for (const int colours : {2, 3, 4, 5, 9, 17, 33, 65, 129, 200})
        for (const int side : {1, 2, 3, 7, 16, 61, 250}) {
            CAPTURE(colours);
            CAPTURE(side);
            const VImage picture = random_frames(static_cast<unsigned>(colours * side), side, 1, colours, false);
            const VImage seen = read_back(GifEncoder(picture).encode(kExact));
            CHECK(largest_difference(picture, seen) == 0);
        }
}

TEST_CASE("gif encoder: lengths around those where codes grow are read to their end") {
    std::mt19937 random(7);
    for (int length = 1; length < 5200; length += length < 600 ? 1 : 13) {
        std::vector<std::uint8_t> samples;
        for (int pixel = 0; pixel < length; ++pixel)
            for (int band = 0; band < 3; ++band) samples.push_back(static_cast<std::uint8_t>((random() & 1) * 255));
        const VImage picture = image_of_bytes(samples, length, 1, 3);
        const VImage seen = read_back(GifEncoder(picture).encode(kExact));
        REQUIRE(largest_difference(picture.bandjoin_const({255}), seen) == 0);
    }
}

TEST_CASE("gif encoder: every frame of an animation is what it was, whatever appears and disappears in it") {
    for (const bool transparent : {false, true})
        for (unsigned seed = 1; seed <= 30; ++seed) {
            CAPTURE(transparent);
            CAPTURE(seed);
            const VImage roll = random_frames(seed, 40, 12, 60, transparent);
            const VImage seen = read_back(GifEncoder(roll).encode(kExact));
            REQUIRE(seen.height() == roll.height());
            CHECK(largest_difference(roll, seen) == 0);
        }
}

TEST_CASE("gif encoder: a frame that is like the one before costs little, within the tolerance too") {
    std::mt19937 random(5);
    std::vector<std::uint8_t> samples;
    for (int pixel = 0; pixel < 100 * 100; ++pixel) {
        const auto level = static_cast<std::uint8_t>(random() % 100);
        samples.insert(samples.end(), {level, level, level, 255});
    }
    const VImage frame = image_of_bytes(samples, 100, 100, 4);
    const auto bytes = [&](const VImage& second, int tolerance) {
        VImage roll = VImage::arrayjoin({frame, second}, VImage::option()->set("across", 1)).copy();
        roll.set(VIPS_META_PAGE_HEIGHT, 100);
        return GifEncoder(roll).encode({.enough = 0, .tolerance = tolerance}).size();
    };
    const std::size_t alone = GifEncoder(frame).encode(kExact).size();
    const VImage other = (frame.extract_band(0) + 2).bandjoin(frame.extract_band(1, VImage::option()->set("n", 3)));
    const VImage noisy =
        other.cast(VIPS_FORMAT_UCHAR).copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
    CHECK(bytes(frame, 0) < alone + 100);
    CHECK(bytes(noisy, 2) < alone * 5 / 4); // the palette has the colours of both
    CHECK(bytes(noisy, 0) > alone * 7 / 4);
}

TEST_CASE("gif encoder: delays are kept to a hundredth of a second, and how often the frames are shown") {
    for (const int plays : {0, 1, 2, 7}) {
        VImage roll = random_frames(1, 8, 3, 5, false);
        roll.set("delay", std::vector<int>{20, 1234, 700'000});
        roll.set("loop", plays);
        const std::vector<std::byte> file = GifEncoder(roll).encode(kExact);
        const VImage seen = VImage::new_from_buffer(file.data(), file.size(), "", VImage::option()->set("n", -1));
        CHECK(seen.get_array_int("delay") == std::vector<int>{20, 1230, 655'350});
        CHECK(seen.get_int("loop") == plays);
    }
}

TEST_CASE("gif encoder: grey and rims of alpha are read, and half of alpha is opaque") {
    const VImage grey = image_of_bytes({0, 127, 0, 128, 200, 255}, 3, 1, 2)
                            .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_B_W));
    const VImage seen = read_back(GifEncoder(grey).encode(kExact));
    CHECK(seen.getpoint(0, 0)[3] == 0);
    CHECK(seen.getpoint(1, 0) == std::vector<double>{0, 0, 0, 255});
    CHECK(seen.getpoint(2, 0) == std::vector<double>{200, 200, 200, 255});
    const VImage clear = image_of_bytes(std::vector<std::uint8_t>(4 * 9), 3, 3, 4);
    CHECK(read_back(GifEncoder(clear).encode({})).extract_band(3).max() == 0);
}
