#include "thumbnail/animation.h"

#include <doctest/doctest.h>

#include "support/make.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

namespace {

// Red, green, blue, one below the other.
std::string animated(const char* suffix) {
    VImage roll = VImage::arrayjoin({filled(80, 60, kRed), filled(80, 60, kGreen), filled(80, 60, kBlue)},
                                    VImage::option()->set("across", 1))
                      .copy();
    roll.set(VIPS_META_PAGE_HEIGHT, 60);
    roll.set("delay", std::vector<int>{100, 200, 300});
    roll.set("loop", 3);
    return file_of(roll, suffix);
}

VImage all_frames(const std::string& file) {
    return VImage::new_from_buffer(file.data(), file.size(), "", VImage::option()->set("n", -1)).copy_memory();
}

Output moving(Target format) { return with(&Output::animated, true, box(40, 40, Fit::inside, format)); }

} // namespace

TEST_CASE("animation: frames, delays and repeats are kept, between gif and webp both ways") {
    for (const char* suffix : {".gif", ".webp[lossless]"})
        for (const Target format : {Target::gif, Target::webp}) {
            CAPTURE(suffix);
            const Made made = make(animated(suffix), {moving(format)});
            REQUIRE(made.output_result().made == 1);
            CHECK(made.output_result().height == 30);
            const VImage roll = all_frames(made.files[0]);
            CHECK(roll.get_int("page-height") == 30);
            CHECK(roll.height() == 90);
            CHECK(roll.get_array_int("delay") == std::vector<int>{100, 200, 300});
            CHECK(roll.get_int("loop") == 3);
            check_pixel(roll, 0.5, 0.17, kRed, 20);
            check_pixel(roll, 0.5, 0.5, kGreen, 20);
            check_pixel(roll, 0.5, 0.83, kBlue, 20);
        }
}

TEST_CASE("animation: without it the first frame is made, or the one that is asked for") {
    const std::string file = animated(".gif");
    check_pixel(make(file, {box(40, 40)}).image(), 0.5, 0.5, kRed);
    check_pixel(make(file, {with(&Output::page, 2)}).image(), 0.5, 0.5, kBlue);
    const Made made = make(file, {with(&Output::page, 3), box(40, 40)});
    CHECK(made.failure().reason == Reason::bad_option);
    CHECK(text_in(made.failure().option) == "page");
    CHECK(made.output_result(1).made == 1);
}

TEST_CASE("animation: a still poster and the animation come from one request") {
    const Made made = make(animated(".gif"), {moving(Target::webp), box(20, 20, Fit::inside, Target::jpeg)});
    CHECK(all_frames(made.files[0]).height() == 90);
    check_pixel(made.image(1), 0.5, 0.5, kRed, 20);
}

TEST_CASE("animation: formats that hold none get the first frame") {
    check_pixel(make(animated(".gif"), {moving(Target::png)}).image(), 0.5, 0.5, kRed);
}

TEST_CASE("animation: every frame is framed alike") {
    Output output = moving(Target::webp);
    output.fit = Fit::contain;
    output.round = 8;
    output.background = {0, 0, 0, 0};
    const VImage roll = all_frames(make(animated(".gif"), {output}).files[0]);
    CHECK(roll.height() == 120);
    for (const int frame : {0, 1, 2}) CHECK(roll.getpoint(0, frame * 40)[3] == 0);
}

TEST_CASE("animation: too many frames, or too many pixels in all, are refused from the header") {
    const std::string file = animated(".gif");
    CHECK(make(file, {moving(Target::gif)}, {.max_frames = 2}).failure().reason == Reason::too_large);
    CHECK(make(file, {moving(Target::gif)}, {.max_pixels = 3 * 80 * 60 - 1}).failure().limit == 3 * 80 * 60 - 1);
    CHECK(make(file, {moving(Target::gif)}, {.max_pixels = 3 * 80 * 60}).output_result().made == 1);
    CHECK(make(file, {box(40, 40)}, {.max_frames = 2}).output_result().made == 1);
}

TEST_CASE("animation: the header tells the frames and how long they take") {
    const Header header = make(animated(".gif"), {box(40, 40)}).job_result.header;
    CHECK(header.pages == 3);
    CHECK(header.frames == 3);
    CHECK(header.duration_ms == 600);
}

TEST_CASE("animation: the pages of a tiff are pages, each of its own") {
    VImage pages =
        VImage::arrayjoin({filled(80, 60, kRed), filled(80, 60, kGreen)}, VImage::option()->set("across", 1)).copy();
    pages.set(VIPS_META_PAGE_HEIGHT, 60);
    const std::string file = file_of(pages, ".tif");
    const Made made = make(file, {box(40, 40), with(&Output::page, 1)});
    check_pixel(made.image(0), 0.5, 0.5, kRed);
    check_pixel(made.image(1), 0.5, 0.5, kGreen);
    CHECK(made.job_result.header.pages == 2);
    CHECK(made.job_result.header.frames == 1);
}
