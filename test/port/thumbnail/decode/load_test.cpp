#include "thumbnail/decode/load.h"

#include <doctest/doctest.h>

#include <fstream>

#include "support/make.h"
#include "thumbnail/encode/ssim.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

std::string photo() {
    std::ifstream file(THUMBNAILER_ROOT "/samples/images/photo.jpg", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

Size decoded_size(Format format, const std::string& file, Size scaled, Speed speed) {
    const Header header = read_header({}, format, bytes_of(file));
    const vips::VImage image = load(header, bytes_of(file), {.speed = speed}, scaled);
    return {image.width(), image.height()};
}

// The thumbnail that needs no decoder to scale: all pixels, and all of them at once.
vips::VImage reference(const std::string& file, int width) {
    const vips::VImage image = vips::VImage::new_from_buffer(file.data(), file.size(), "");
    return image.resize(static_cast<double>(width) / image.width()).copy_memory();
}

} // namespace

TEST_CASE("load: of a jpeg as much is decoded as the speed says") {
    const std::string file = photo();
    CHECK(decoded_size(Format::jpeg, file, {64, 48}, Speed::fast) == Size{80, 60});
    CHECK(decoded_size(Format::jpeg, file, {64, 48}, Speed::balanced) == Size{160, 120});
    CHECK(decoded_size(Format::jpeg, file, {64, 48}, Speed::best) == Size{640, 480});
    CHECK(decoded_size(Format::jpeg, file, {320, 240}, Speed::fast) == Size{640, 480});
}

TEST_CASE("load: of a webp as much is decoded as the speed says") {
    const std::string file = file_of(quadrants(640, 480), ".webp");
    CHECK(decoded_size(Format::webp, file, {64, 48}, Speed::fast) == Size{64, 48});
    CHECK(decoded_size(Format::webp, file, {64, 48}, Speed::balanced) == Size{128, 96});
    CHECK(decoded_size(Format::webp, file, {64, 48}, Speed::best) == Size{640, 480});
}

TEST_CASE("load: of a pyramid that level is decoded which the speed says") {
    const std::string file = file_of(quadrants(1600, 1200), ".tif[tile,pyramid]");
    CHECK(decoded_size(Format::tiff, file, {200, 150}, Speed::fast) == Size{200, 150});
    CHECK(decoded_size(Format::tiff, file, {200, 150}, Speed::balanced) == Size{400, 300});
    CHECK(decoded_size(Format::tiff, file, {200, 150}, Speed::best) == Size{1600, 1200});
}

TEST_CASE("load: the less is decoded, the less the thumbnail is like the picture") {
    const std::string file = photo();
    for (const int width : {40, 64, 120, 200}) {
        CAPTURE(width);
        const SsimReference wanted(reference(file, width));
        const auto ssim = [&](Speed speed) {
            return wanted.ssim(make(file, {with(&Output::speed, speed, box(width, 0))}).image());
        };
        const double best = ssim(Speed::best);
        const double balanced = ssim(Speed::balanced);
        const double fast = ssim(Speed::fast);
        // The reference takes chroma that was upsampled first, the thumbnail chroma as it is stored.
        CHECK(best > 0.997);
        CHECK(best > balanced - 0.001);
        CHECK(balanced >= fast);
        CHECK(balanced > 0.97);
        CHECK(fast > 0.85);
    }
}

TEST_CASE("load: outputs of different speeds are each as if alone") {
    const std::string file = photo();
    std::vector<Output> outputs;
    for (const Speed speed : {Speed::fast, Speed::balanced, Speed::best})
        outputs.push_back(with(&Output::speed, speed, box(64, 0)));
    const Made together = make(file, outputs);
    for (std::size_t index = 0; index < outputs.size(); ++index)
        CHECK(together.files[index] == make(file, {outputs[index]}).files[0]);
    CHECK(together.files[0] != together.files[1]);
    CHECK(together.files[1] != together.files[2]);
}

TEST_CASE("load: linear light takes all pixels, and with fast those of balanced") {
    const std::string file = photo();
    const auto linear = [&](Speed speed) {
        return make(file, {with(&Output::speed, speed, with(&Output::linear, true, box(64, 0)))}).files[0];
    };
    CHECK(linear(Speed::balanced) == linear(Speed::best));
    CHECK(linear(Speed::fast) != linear(Speed::best));
}
