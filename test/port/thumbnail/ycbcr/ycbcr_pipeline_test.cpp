#include "thumbnail/ycbcr/ycbcr_pipeline.h"

#include <doctest/doctest.h>

#include "support/ycbcr_pictures.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

namespace {

void check_not_taken(const std::string& source, const Output& output) {
    CHECK(by_fast_path(source, output) == by_libvips(source, output));
}

} // namespace

TEST_CASE("ycbcr pipeline: the thumbnail is the picture that libvips makes, at any size") {
    const std::string source = photo();
    for (const Size size : {Size{400, 300}, Size{301, 301}, Size{97, 200}, Size{83, 63}}) {
        CAPTURE(size.width);
        check_same_picture(source, exact(jpeg(size.width, size.height)));
        check_same_picture(source, exact(jpeg(size.width, size.height, Fit::cover)));
        check_same_picture(source, exact(jpeg(size.width, size.height, Fit::fill)));
    }
}

TEST_CASE("ycbcr pipeline: the thumbnail is the picture that libvips makes, from any subsampling to any other") {
    const std::string grey = file_of(textured(803, 605).extract_band(1), ".jpg[Q=92]");
    for (const std::string& source : {photo(), photo(".jpg[Q=92,subsample_mode=off]"), grey})
        for (const Subsampling subsampling : {Subsampling::halved, Subsampling::full})
            check_same_picture(source, exact(with(&Output::subsampling, subsampling, jpeg(211, 211))));
}

TEST_CASE("ycbcr pipeline: the thumbnail is upright, whichever way the camera was held") {
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const std::string source = photo(".jpg[Q=92,subsample_mode=on]", orientation);
        check_same_picture(source, exact(jpeg(201, 401)));
        check_same_picture(source, exact(with(&Output::gravity, Gravity::south_west, jpeg(151, 77, Fit::cover))));
        check_same_picture(source, exact(with(&Output::flip, Flip::horizontal, jpeg(201, 401))));
    }
}

TEST_CASE("ycbcr pipeline: a crop shows the part that it is asked for") {
    const std::string source = file_of(quadrants(800, 600), ".jpg[Q=95]");
    const auto corner = [&](Gravity gravity) {
        return decoded(by_fast_path(source, with(&Output::gravity, gravity, jpeg(300, 50, Fit::cover))));
    };
    check_pixel(corner(Gravity::north), 0.25, 0.5, kRed);
    check_pixel(corner(Gravity::north), 0.75, 0.5, kGreen);
    check_pixel(corner(Gravity::south), 0.25, 0.5, kBlue);
    check_pixel(corner(Gravity::south), 0.75, 0.5, kYellow);
    check_pixel(decoded(by_fast_path(source, with(&Output::focus, Focus{true, 0.9, 0.9}, jpeg(40, 40, Fit::cover)))),
                0.9, 0.9, kYellow);
}

TEST_CASE("ycbcr pipeline: where the decoder shrinks, the thumbnail is as near to the whole picture as libvips' own") {
    for (const char* suffix : {".jpg[Q=92,subsample_mode=on]", ".jpg[Q=92,interlace,subsample_mode=on]"}) {
        const std::string source = photo(suffix);
        for (const std::int32_t width : {200, 100, 48}) {
            CAPTURE(width);
            const Output output = with(&Output::quality, 95, jpeg(width, width));
            const std::string fast = by_fast_path(source, output);
            const std::string libvips = by_libvips(source, output);
            REQUIRE(fast != libvips);
            const VImage seen = decoded(fast);
            const SsimReference whole(decoded(source).thumbnail_image(
                seen.width(), VImage::option()->set("height", seen.height())->set("size", VIPS_SIZE_FORCE)));
            CHECK(whole.ssim(seen) >= whole.ssim(decoded(libvips)) - 0.001);
        }
    }
}

// zimg 3.0.4 draws lines at such scales when it may use AVX-512.
TEST_CASE("ycbcr pipeline: no scale between a half and a third draws lines into a smooth picture") {
    const std::string source = file_of(textured(640, 64).gaussblur(6), ".jpg[Q=95]");
    for (std::int32_t width = 213; width <= 322; width += 1) {
        CAPTURE(width);
        CHECK(alike(by_fast_path(source, exact(jpeg(width, 64))), by_libvips(source, exact(jpeg(width, 64)))) >= 0.99);
    }
}

TEST_CASE("ycbcr pipeline: what needs pixels gets those that libvips makes") {
    const std::string source = photo();
    Output padded = jpeg(100, 100);
    padded.padding.left = 3;
    for (const Output& output :
         {padded, jpeg(160, 100, Fit::contain), with(&Output::greyscale, true, jpeg(100, 100)),
          with(&Output::sharpen, 1.0, jpeg(100, 100)), with(&Output::round, 9, jpeg(100, 100)),
          with(&Output::metadata, Metadata::all, jpeg(100, 100)), with(&Output::profile, Profile::p3, jpeg(100, 100)),
          with(&Output::max_bytes, 100'000, jpeg(100, 100)),
          with(&Output::crop, Crop::attention, jpeg(50, 100, Fit::cover)),
          with(&Output::gravity, Gravity::south, with(&Output::greyscale, true, jpeg(200, 80, Fit::cover)))}) {
        CAPTURE(output.width);
        check_same_picture(source, exact(output));
    }
}

TEST_CASE("ycbcr pipeline: pixels are upright, cropped once, and in the profile of their source") {
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const std::string source = photo(".jpg[Q=92,subsample_mode=on]", orientation);
        check_same_picture(source, exact(with(&Output::sharpen, 0.5, jpeg(151, 77, Fit::cover))));
        check_same_picture(source, exact(with(&Output::flip, Flip::horizontal, jpeg(160, 100, Fit::contain))));
    }
    const VImage wide = textured(403, 305).icc_transform("p3");
    REQUIRE(wide.get_typeof(VIPS_META_ICC_NAME) != 0);
    const std::string source = file_of(wide, ".jpg[Q=95]");
    for (const Profile profile : {Profile::srgb, Profile::p3, Profile::keep})
        check_same_picture(source, exact(with(&Output::profile, profile, jpeg(100, 100))));
}

TEST_CASE("ycbcr pipeline: pixels carry the metadata and the density of their source") {
    VImage picture = textured(403, 305).copy(VImage::option()->set("xres", 11.81)->set("yres", 5.9));
    picture.set("exif-ifd0-Copyright", "(c) somebody");
    const std::string source = file_of(picture, ".jpg[Q=95]");
    const Output output = with(&Output::metadata, Metadata::copyright, jpeg(100, 100));
    REQUIRE(by_fast_path(source, output) != by_libvips(source, output));
    const VImage fast = decoded(by_fast_path(source, output));
    const VImage libvips = decoded(by_libvips(source, output));
    CHECK(std::string(fast.get_string("exif-ifd0-Copyright")) == libvips.get_string("exif-ifd0-Copyright"));
    CHECK(fast.xres() == doctest::Approx(libvips.xres()));
    CHECK(fast.yres() == doctest::Approx(libvips.yres()));
}

TEST_CASE("ycbcr pipeline: parts, linear light, larger pictures and 16 bits go through libvips") {
    const std::string source = photo();
    Output region = jpeg(100, 100);
    region.region = {.given = true, .fractions = true, .left = 0.2, .top = 0.2, .width = 0.5, .height = 0.5};
    for (const Output& output :
         {region, with(&Output::linear, true, jpeg(100, 100)), with(&Output::enlarge, true, jpeg(1000, 1000)),
          with(&Output::bit_depth, BitDepth::sixteen, box(100, 100, Fit::inside, Target::png))})
        check_not_taken(source, output);
}

TEST_CASE("ycbcr pipeline: an instance with little memory reads large photos row by row, with libvips") {
    Limits limits;
    limits.max_memory = 8 * 3 * (803 * 605 + 2 * 300 * 226);
    const std::string source = photo();
    const std::vector<Output> outputs{exact(jpeg(300, 300)), exact(webp(300, 300))};
    const auto made = [&](bool fast_path) { return make(source, outputs, limits, "", fast_path).files[0]; };
    CHECK(made(true) != made(false));
    limits.max_memory -= 8;
    CHECK(made(true) == made(false));
}

TEST_CASE("ycbcr pipeline: what has no planes of YCbCr goes through libvips") {
    const VImage picture = textured(203, 105);
    check_not_taken(file_of(picture, ".png"), jpeg(100, 100));
    check_not_taken(file_of(picture.icc_transform("cmyk"), ".jpg"), jpeg(100, 100));
}

TEST_CASE("ycbcr pipeline: a progressive photo goes through it") {
    check_same_picture(photo(".jpg[Q=92,interlace,subsample_mode=on]"), exact(jpeg(300, 300)));
}

TEST_CASE("ycbcr pipeline: a photo with the profile of sRGB goes through it") {
    check_same_picture(file_of(textured(403, 305).icc_transform("srgb"), ".jpg[Q=92]"), exact(jpeg(100, 100)));
}

TEST_CASE("ycbcr pipeline: a picture too small for the resampler goes through libvips") {
    check_not_taken(file_of(textured(403, 305), ".jpg[Q=92]"), jpeg(2, 2));
    check_not_taken(file_of(textured(3, 2), ".jpg[Q=92]"), jpeg(100, 100));
}

TEST_CASE("ycbcr pipeline: a file that is cut short or damaged is what libvips says that it is") {
    const std::string whole = photo();
    const auto answer = [](const std::string& source, bool fast_path) {
        const Made made = make(source, {jpeg(100, 100)}, {}, "", fast_path);
        return made.job_result.failed != 0 ? std::string(text_in(made.job_result.failure.message)) : "a thumbnail";
    };
    for (std::size_t length = 200; length < whole.size(); length += whole.size() / 24) {
        const std::string cut = whole.substr(0, length);
        CHECK(answer(cut, true) == answer(cut, false));
        std::string damaged = whole;
        damaged[length] = static_cast<char>(~damaged[length]);
        CHECK(answer(damaged, true) == answer(damaged, false));
    }
}

TEST_CASE("ycbcr pipeline: an output that is refused is refused, whatever the photo") {
    Output outside = jpeg(100, 100);
    outside.region = {.given = true, .fractions = false, .left = 900, .top = 0, .width = 50, .height = 50};
    CHECK(make(photo(".jpg[Q=92,interlace]"), {outside}).failure().reason == Reason::bad_option);
}
