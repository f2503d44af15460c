#include "thumbnail/jpeg/end_marker.h"

#include <doctest/doctest.h>

#include "support/pixels.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

TEST_CASE("end marker: it is found behind the scans, also before what was added to the file") {
    const std::string jpeg = file_of(quadrants(64, 48), ".jpg");
    CHECK(has_end_marker(bytes_of(jpeg)));
    CHECK(has_end_marker(bytes_of(jpeg + "MotionPhoto_Data")));
}

TEST_CASE("end marker: a file that was cut has none, and is given one") {
    const std::string jpeg = file_of(quadrants(64, 48), ".jpg");
    const std::string cut = jpeg.substr(0, jpeg.size() - 2);
    CHECK_FALSE(has_end_marker(bytes_of(cut)));
    CHECK(text_of(with_end_marker(bytes_of(cut))) == jpeg);
}
