#include "thumbnail/geometry/geometry.h"

#include <doctest/doctest.h>

using namespace thumbnailer;

namespace {

constexpr Size kPhoto{4000, 3000};

Output box(std::int32_t width, std::int32_t height, Fit fit = Fit::inside, bool enlarge = false) {
    Output output;
    output.width = width;
    output.height = height;
    output.fit = fit;
    output.enlarge = enlarge;
    return output;
}

Layout lay_out(Size source, const Output& output) { return thumbnailer::lay_out(source, whole(source), output); }

} // namespace

TEST_CASE("geometry: inside stays within the box and keeps the shape") {
    CHECK(lay_out(kPhoto, box(200, 200)).canvas == Size{200, 150});
    CHECK(lay_out({3000, 4000}, box(200, 200)).canvas == Size{150, 200});
}

TEST_CASE("geometry: a side that was not asked for follows from the shape") {
    CHECK(lay_out(kPhoto, box(400, 0)).canvas == Size{400, 300});
    CHECK(lay_out(kPhoto, box(0, 300)).canvas == Size{400, 300});
    CHECK(lay_out(kPhoto, box(400, 0, Fit::cover)).canvas == Size{400, 300});
}

TEST_CASE("geometry: the one side that was asked for is met exactly, whatever the shape") {
    for (std::int32_t side = 90; side < 300; side += 7)
        for (std::int32_t height = 500; height < 1600; height += 37)
            for (const Fit fit : {Fit::inside, Fit::cover, Fit::contain, Fit::fill, Fit::outside}) {
                CHECK(lay_out({1605, height}, box(side, 0, fit)).canvas.width == side);
                CHECK(lay_out({height, 1605}, box(0, side, fit)).canvas.height == side);
            }
}

TEST_CASE("geometry: outside covers the box and cuts nothing") {
    const Layout layout = lay_out(kPhoto, box(200, 200, Fit::outside));
    CHECK(layout.canvas == Size{267, 200});
    CHECK(!layout.crops());
}

TEST_CASE("geometry: cover fills the box exactly and cuts both sides alike") {
    const Layout layout = lay_out(kPhoto, box(200, 200, Fit::cover));
    CHECK(layout.canvas == Size{200, 200});
    CHECK(layout.scaled == Size{267, 200});
    CHECK(layout.left == 33);
    CHECK(layout.top == 0);
}

TEST_CASE("geometry: contain stands in the middle of the box") {
    const Layout layout = lay_out(kPhoto, box(200, 200, Fit::contain));
    CHECK(layout.canvas == Size{200, 200});
    CHECK(layout.crop == Size{200, 150});
    CHECK(layout.x == 0);
    CHECK(layout.y == 25);
}

TEST_CASE("geometry: fill stretches to the box") {
    CHECK(lay_out(kPhoto, box(100, 300, Fit::fill)).scaled == Size{100, 300});
}

TEST_CASE("geometry: an image smaller than the box stays as it is unless it may be enlarged") {
    constexpr Size kSmall{40, 30};
    CHECK(lay_out(kSmall, box(200, 200)).canvas == kSmall);
    CHECK(lay_out(kSmall, box(200, 200, Fit::outside)).canvas == kSmall);
    CHECK(lay_out(kSmall, box(200, 200, Fit::fill)).canvas == kSmall);
    CHECK(lay_out(kSmall, box(200, 20, Fit::cover)).canvas == Size{40, 20});
    CHECK(lay_out(kSmall, box(200, 200, Fit::contain)).canvas == Size{200, 200});
    CHECK(lay_out(kSmall, box(200, 200, Fit::contain)).crop == kSmall);
    CHECK(lay_out(kSmall, box(200, 200, Fit::inside, true)).canvas == Size{200, 150});
    CHECK(lay_out(kSmall, box(200, 200, Fit::cover, true)).canvas == Size{200, 200});
}

TEST_CASE("geometry: a side never vanishes") {
    CHECK(lay_out({10'000, 1}, box(100, 100)).canvas == Size{100, 1});
    CHECK(lay_out({1, 1}, box(1, 1)).canvas == Size{1, 1});
}

TEST_CASE("geometry: cover and contain have the size of the box for every shape") {
    for (std::int32_t width = 1; width < 700; width += 37)
        for (std::int32_t height = 1; height < 700; height += 41) {
            const Layout covered = lay_out({width, height}, box(53, 47, Fit::cover, true));
            CHECK(covered.canvas == Size{53, 47});
            CHECK(covered.left + covered.crop.width <= covered.scaled.width);
            CHECK(covered.top + covered.crop.height <= covered.scaled.height);
            const Layout contained = lay_out({width, height}, box(53, 47, Fit::contain, true));
            CHECK(contained.x + contained.crop.width <= 53);
            CHECK(contained.y + contained.crop.height <= 47);
        }
}

TEST_CASE("geometry: balanced leaves at least twice the target to the resampler") {
    CHECK(shrink_on_load({4000, 3000}, {200, 150}, Speed::balanced) == 8);
    CHECK(shrink_on_load({3199, 3199}, {200, 200}, Speed::balanced) == 4);
    CHECK(shrink_on_load({1600, 1200}, {400, 300}, Speed::balanced) == 2);
    CHECK(shrink_on_load({1599, 1200}, {400, 300}, Speed::balanced) == 1);
    CHECK(shrink_on_load({100, 100}, {400, 400}, Speed::balanced) == 1);
}

TEST_CASE("geometry: fast decodes as little as suffices, and never just the target") {
    const auto shrink = [](std::int32_t side) { return shrink_on_load({side, side}, {100, 100}, Speed::fast); };
    CHECK(shrink(199) == 1);
    CHECK(shrink(200) == 1);
    CHECK(shrink(299) == 1);
    CHECK(shrink(300) == 2);
    CHECK(shrink(400) == 2);
    CHECK(shrink(500) == 4);
    CHECK(shrink(899) == 4);
    CHECK(shrink(900) == 8);
    CHECK(shrink(9000) == 8);
}

TEST_CASE("geometry: best decodes everything, whatever the target") {
    CHECK(shrink_on_load({4000, 3000}, {20, 15}, Speed::best) == 1);
    CHECK(scale_on_load({4000, 3000}, {20, 15}, Speed::best) == 1);
}

TEST_CASE("geometry: the side that is scaled down less decides") {
    CHECK(shrink_on_load({1600, 1600}, {100, 400}, Speed::balanced) == 2);
    CHECK(shrink_on_load({1600, 1600}, {400, 100}, Speed::fast) == 2);
    CHECK(scale_on_load({1000, 1000}, {50, 200}, Speed::fast) == doctest::Approx(0.2));
}

TEST_CASE("geometry: a decoder that scales freely leaves the target or twice the target") {
    CHECK(scale_on_load({1000, 1000}, {100, 100}, Speed::fast) == doctest::Approx(0.1));
    CHECK(scale_on_load({1000, 1000}, {100, 100}, Speed::balanced) == doctest::Approx(0.2));
    CHECK(scale_on_load({1000, 1000}, {600, 600}, Speed::balanced) == 1);
    CHECK(scale_on_load({1000, 1000}, {2000, 2000}, Speed::fast) == 1);
}
