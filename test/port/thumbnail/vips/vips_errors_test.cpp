// What libvips leaves in its buffer of errors, as a message for people.
#include "thumbnail/vips/vips_errors.h"

#include <doctest/doctest.h>
#include <vips/vips.h>

using namespace thumbnailer;

TEST_CASE("vips errors: the cause is said, not the search for it") {
    for (int seek = 0; seek < 12; ++seek) vips_error("source", "bad seek to %d", 1'000'000 + seek);
    vips_error("heifload", "Invalid input: No 'ftyp' box");
    vips_error("source", "bad seek to %d", 7);
    CHECK(take_vips_message() == "heifload: Invalid input: No 'ftyp' box");
}

TEST_CASE("vips errors: what is said again and again is said once, with how often") {
    for (int time = 0; time < 3; ++time) vips_error("jpegload", "premature end of file");
    vips_error("jpegload", "out of order read");
    CHECK(take_vips_message() == "jpegload: premature end of file (3 times); jpegload: out of order read");
}

TEST_CASE("vips errors: a message is there though libvips has none, and is taken once") {
    vips_error("source", "bad seek to %d", 7);
    CHECK(take_vips_message() == "the file ends before the place that it points to");
    CHECK(take_vips_lines().empty());
}
