#include "thumbnail/pixels/sample_range.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <vector>

using namespace thumbnailer;

namespace {

// Of a plane of luma, or of one of chroma.
int converted(int sample, bool chroma, SampleRange from, SampleRange to) {
    std::vector<Plane> planes;
    for (int index = 0; index < 2; ++index) {
        planes.emplace_back(Size{1, 1});
        planes.back().row(0)[0] = static_cast<std::uint8_t>(sample);
    }
    convert_range(planes, from, to);
    return planes[chroma ? 1 : 0].row(0)[0];
}
int to_full(int sample, bool chroma) { return converted(sample, chroma, SampleRange::video, SampleRange::full); }
int to_video(int sample, bool chroma) { return converted(sample, chroma, SampleRange::full, SampleRange::video); }

} // namespace

TEST_CASE("sample range: black, white and no colour are that in both ranges") {
    CHECK(to_video(0, false) == 16);
    CHECK(to_video(255, false) == 235);
    CHECK(to_video(128, true) == 128);
    CHECK(to_full(16, false) == 0);
    CHECK(to_full(235, false) == 255);
    CHECK(to_full(128, true) == 128);
    CHECK(to_full(240, true) == 255);
}

TEST_CASE("sample range: what is darker than black is black, what is lighter than white is white") {
    for (const int below : {0, 8, 15}) CHECK(to_full(below, false) == 0);
    for (const int above : {236, 255}) CHECK(to_full(above, false) == 255);
    for (const int below : {0, 8, 15}) CHECK(to_full(below, true) == 0);
    for (const int above : {241, 255}) CHECK(to_full(above, true) == 255);
}

TEST_CASE("sample range: a video sample is the same after the way there and back, a full one is at most one off") {
    for (const bool chroma : {false, true}) {
        for (int sample = 16; sample <= (chroma ? 239 : 235); ++sample)
            CHECK(to_video(to_full(sample, chroma), chroma) == sample);
        for (int sample = 0; sample < 256; ++sample)
            CHECK(std::abs(to_full(to_video(sample, chroma), chroma) - sample) <= 1);
    }
}

TEST_CASE("sample range: planes of the same range stay as they are") {
    for (int sample = 0; sample < 256; ++sample)
        CHECK(converted(sample, false, SampleRange::video, SampleRange::video) == sample);
}
