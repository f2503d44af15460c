#include "thumbnail/ycbcr/resampler.h"

#include <doctest/doctest.h>

#include <string>

using namespace thumbnailer;

namespace {

// A slope with a wave on it.
Plane picture(Size size) {
    Plane made(size);
    for (std::int32_t y = 0; y < size.height; ++y)
        for (std::int32_t x = 0; x < size.width; ++x)
            made.row(y)[x] = static_cast<std::uint8_t>(x + y / 2 + (x * y % 23 > 11 ? 20 : 0));
    return made;
}

std::string samples(const Plane& plane) {
    std::string made;
    for (std::int32_t y = 0; y < plane.size().height; ++y)
        made.append(reinterpret_cast<const char*>(plane.row(y)), static_cast<std::size_t>(plane.size().width));
    return made;
}

Resampling to(Size result, Kernel kernel = Kernel::spline) { return {{120, 90}, {0, 0, 120, 90}, result, kernel}; }

std::string by_a_new_one(const Resampling& resampling) {
    const auto resampler = Resampler::make(resampling);
    REQUIRE(resampler);
    return samples(*(*resampler)(picture(resampling.plane)));
}

} // namespace

TEST_CASE("resampler: an even plane stays even, whatever the kernel") {
    Plane even({120, 90});
    for (std::int32_t y = 0; y < 90; ++y) std::fill_n(even.row(y), 120, std::uint8_t{77});
    for (const Kernel kernel : {Kernel::lanczos, Kernel::spline})
        CHECK(samples(*(*Resampler::make(to({31, 40}, kernel)))(even)) == std::string(31 * 40, 77));
}

TEST_CASE("resampler: the kernels differ, and both keep the mean") {
    const auto mean = [](const std::string& bytes) {
        double sum = 0;
        for (const char byte : bytes) sum += static_cast<std::uint8_t>(byte);
        return sum / static_cast<double>(bytes.size());
    };
    const std::string lanczos = by_a_new_one(to({40, 30}, Kernel::lanczos));
    const std::string spline = by_a_new_one(to({40, 30}, Kernel::spline));
    CHECK(lanczos != spline);
    CHECK(mean(lanczos) == doctest::Approx(mean(samples(picture({120, 90})))).epsilon(0.01));
    CHECK(mean(spline) == doctest::Approx(mean(lanczos)).epsilon(0.005));
}

TEST_CASE("resampler: what is only a few samples wide is not resampled, and not remembered") {
    ResamplerCache known;
    CHECK(known.find({{120, 90}, {0, 0, 2, 90}, {1, 30}, Kernel::spline}) == nullptr);
    CHECK(known.find({{6, 90}, {0, 0, 6, 90}, {2, 30}, Kernel::spline}) == nullptr);
    CHECK(known.find(to({40, 30})) != nullptr);
}

TEST_CASE("resampler: one that is used again gives what a new one gives, in whatever order they come") {
    ResamplerCache known;
    for (std::int32_t turn = 0; turn < 3; ++turn)
        for (std::int32_t width = 20; width < 40; ++width)
            for (const std::int32_t again : {width, 20, std::max(20, width - 3)}) {
                const Resampling resampling = to({again, 30}, again % 2 == 0 ? Kernel::lanczos : Kernel::spline);
                const Resampler* resampler = known.find(resampling);
                REQUIRE(resampler != nullptr);
                REQUIRE(samples(*(*resampler)(picture(resampling.plane))) == by_a_new_one(resampling));
            }
}

TEST_CASE("resampler: the one that was used last is the same one") {
    ResamplerCache known;
    const Resampler* first = known.find(to({40, 30}));
    CHECK(known.find(to({40, 30})) == first);
}
