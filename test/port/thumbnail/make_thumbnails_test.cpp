#include "thumbnail/make_thumbnails.h"

#include <doctest/doctest.h>

#include "support/make.h"
#include "thumbnail/decode/sniff.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

TEST_CASE("make thumbnails: every format that is read gives the quadrants where they were") {
    const VImage picture = quadrants(160, 120);
    for (const char* suffix :
         {".jpg[Q=95]", ".png", ".webp[lossless]", ".gif", ".tif", ".heif[compression=av1,Q=90]"}) {
        CAPTURE(suffix);
        const VImage image = make(file_of(picture, suffix), {box(80, 80)}).image();
        CHECK(image.width() == 80);
        CHECK(image.height() == 60);
        check_quadrants(image);
    }
}

TEST_CASE("make thumbnails: a drawing is rendered at the size of the target, however small it says it is") {
    const std::string svg = R"(<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="16" height="12">
        <rect width="8" height="6" fill="#f00"/><rect x="8" width="8" height="6" fill="#0f0"/>
        <rect y="6" width="8" height="6" fill="#00f"/><rect x="8" y="6" width="8" height="6" fill="#ff0"/></svg>)";
    Output output = box(160, 160);
    output.enlarge = true;
    const VImage image = make(svg, {output}).image();
    CHECK(image.width() == 160);
    check_quadrants(image);
    // Rendered, not enlarged: the edge between two quadrants is sharp.
    check_pixel(image, 0.485, 0.25, kRed);
    check_pixel(image, 0.515, 0.25, kGreen);
}

TEST_CASE("make thumbnails: every format that is written holds the quadrants") {
    const std::string source = file_of(quadrants(160, 120), ".png");
    for (const Target format : {Target::jpeg, Target::png, Target::webp, Target::avif, Target::gif}) {
        const Made made = make(source, {box(80, 80, Fit::inside, format)});
        check_quadrants(made.image(), 25);
        CHECK(sniff(bytes_of(made.files[0])) == made.job_result.outputs[0].format);
    }
}

TEST_CASE("make thumbnails: the eight orientations come out equal") {
    const VImage seen = quadrants(160, 120);
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const VImage image =
            make(file_of(stored_for(seen, orientation), ".jpg[Q=95]"), {box(60, 40, Fit::cover)}).image();
        CHECK(image.width() == 60);
        CHECK(image.height() == 40);
        check_quadrants(image);
    }
}

TEST_CASE("make thumbnails: the header tells the size as it is seen and as it is stored") {
    const Made made = make(file_of(stored_for(quadrants(160, 120), 6), ".jpg"), {box(40, 40)});
    CHECK(made.job_result.header.raw_width == 120);
    CHECK(made.job_result.header.width() == 160);
    CHECK(made.job_result.header.orientation == 6);
}

TEST_CASE("make thumbnails: cover cuts alike on both sides, contain pads with the background") {
    const std::string source = file_of(quadrants(160, 120), ".png");
    check_quadrants(make(source, {box(60, 60, Fit::cover)}).image());
    Output contained = box(80, 80, Fit::contain);
    contained.background = {255, 0, 255, 255};
    const VImage image = make(source, {contained}).image();
    CHECK(image.height() == 80);
    check_pixel(image, 0.5, 0.02, {255, 0, 255, 255});
    check_pixel(image, 0.5, 0.98, {255, 0, 255, 255});
    check_pixel(image, 0.25, 0.3, kRed);
}

TEST_CASE("make thumbnails: a transparent background pads with transparency where the format has it") {
    Output output = box(80, 80, Fit::contain);
    output.background = {0, 0, 0, 0};
    const std::string source = file_of(quadrants(160, 120), ".jpg");
    check_pixel(make(source, {output}).image(), 0.5, 0.02, {0, 0, 0, 0});
}

TEST_CASE("make thumbnails: transparent pixels become the background in jpeg and stay transparent in png") {
    const std::string source = file_of(filled(64, 64, {255, 0, 0, 0}, 4), ".png");
    Output output = box(32, 32, Fit::inside, Target::jpeg);
    output.background = {0, 128, 0, 255};
    check_pixel(make(source, {output}).image(), 0.5, 0.5, {0, 128, 0, 255});
    CHECK(pixel(make(source, {box(32, 32)}).image(), 0.5, 0.5)[3] == 0);
}

TEST_CASE("make thumbnails: a colour hidden by transparency does not bleed into its neighbours") {
    // Opaque white beside transparent black: a dark fringe is what careless resizing makes of it.
    const VImage source =
        filled(100, 100, {255, 255, 255, 255}, 4).join(filled(100, 100, {0, 0, 0, 0}, 4), VIPS_DIRECTION_HORIZONTAL);
    const VImage image = make(file_of(source, ".png"), {box(33, 33)}).image();
    for (int column = 0; column < image.width(); ++column) {
        const auto seen = image.getpoint(column, image.height() / 2);
        if (seen[3] > 8) CHECK(seen[0] > 245);
    }
}

TEST_CASE("make thumbnails: a colour profile is applied, not copied") {
    // In the P3 profile this red is more than sRGB can say; as sRGB numbers it would be far duller.
    const VImage p3 =
        filled(64, 64, {234, 51, 35, 255}).icc_transform("p3", VImage::option()->set("input_profile", "srgb"));
    const VImage image = make(file_of(p3, ".png"), {box(32, 32)}).image();
    check_pixel(image, 0.5, 0.5, {234, 51, 35, 255}, 4);
    CHECK(image.get_typeof(VIPS_META_ICC_NAME) == 0);
}

TEST_CASE("make thumbnails: CMYK, grey and 16 bit images have their colours") {
    const VImage cmyk = quadrants(160, 120).icc_transform(
        "cmyk", VImage::option()->set("input_profile", "srgb")->set("pcs", VIPS_PCS_LAB));
    check_pixel(make(file_of(cmyk, ".jpg"), {box(80, 80)}).image(), 0.75, 0.75, {255, 242, 0, 255}, 30);
    const VImage grey = filled(64, 64, {100, 100, 100, 255}).colourspace(VIPS_INTERPRETATION_B_W);
    check_pixel(make(file_of(grey, ".jpg"), {box(32, 32, Fit::inside, Target::webp)}).image(), 0.5, 0.5,
                {100, 100, 100, 255}, 4);
    const VImage deep = quadrants(160, 120).colourspace(VIPS_INTERPRETATION_RGB16);
    check_quadrants(make(file_of(deep, ".png"), {box(80, 80)}).image());
}

TEST_CASE("make thumbnails: no metadata of the source is in the thumbnail") {
    VImage tagged = quadrants(160, 120).copy();
    tagged.set("exif-ifd0-Copyright", "secret owner");
    const std::string source = file_of(tagged, ".jpg");
    REQUIRE(source.find("secret owner") != std::string::npos);
    CHECK(make(source, {box(80, 80, Fit::inside, Target::jpeg)}).files[0].find("secret owner") == std::string::npos);
}

TEST_CASE("make thumbnails: several outputs come from one request, each as it was asked for") {
    const Made made = make(file_of(quadrants(320, 240), ".jpg[Q=95]"),
                           {box(200, 200, Fit::inside, Target::webp), box(32, 32, Fit::cover), box(0, 60, Fit::fill)});
    CHECK(made.image(0).width() == 200);
    CHECK(made.image(1).width() == 32);
    CHECK(made.image(2).height() == 60);
    for (std::size_t index = 0; index < 3; ++index) check_quadrants(made.image(index), 20);
}

TEST_CASE("make thumbnails: auto keeps what a browser shows and makes the rest jpeg or png") {
    const VImage opaque = quadrants(32, 32);
    const VImage clear = filled(32, 32, {1, 2, 3, 100}, 4);
    const auto format = [](const VImage& image, const char* suffix) {
        return make(file_of(image, suffix), {box(16, 16, Fit::inside, Target::automatic)}).job_result.outputs[0].format;
    };
    CHECK(format(opaque, ".jpg") == Format::jpeg);
    CHECK(format(opaque, ".webp") == Format::webp);
    CHECK(format(opaque, ".gif") == Format::gif);
    CHECK(format(opaque, ".tif") == Format::jpeg);
    CHECK(format(clear, ".tif") == Format::png);
}

TEST_CASE("make thumbnails: quality decides the size of what is lossy") {
    const std::string source = file_of(VImage::gaussnoise(200, 200).cast(VIPS_FORMAT_UCHAR), ".png");
    for (const Target format : {Target::jpeg, Target::webp, Target::avif}) {
        Output low = box(100, 100, Fit::inside, format);
        Output high = low;
        low.quality = 10;
        high.quality = 95;
        const Made made = make(source, {low, high});
        CHECK(made.files[0].size() * 2 < made.files[1].size());
    }
}

TEST_CASE("make thumbnails: what is no image, cut short or too large ends with its reason") {
    const auto reason = [](const std::string& source, std::int64_t max_pixels = Limits{}.max_pixels) {
        const JobResult job_result = make(source, {box(32, 32)}, {.max_pixels = max_pixels}).job_result;
        REQUIRE(job_result.failed == 1);
        CHECK(!text_in(job_result.failure.message).empty());
        return job_result.failure.reason;
    };
    const std::string jpeg = file_of(quadrants(160, 120), ".jpg");
    CHECK(reason("this is text") == Reason::unsupported_format);
    CHECK(reason(jpeg.substr(0, 3)) == Reason::bad_image);
    CHECK(reason(jpeg.substr(0, jpeg.size() / 2)) == Reason::bad_image);
    CHECK(reason(jpeg, 160 * 120 - 1) == Reason::too_large);
}

TEST_CASE("make thumbnails: an output beyond every size costs itself alone") {
    Output tall = box(200, 0);
    tall.enlarge = true;
    const Made made = make(file_of(quadrants(2, 2000), ".png"), {box(10, 10), tall});
    CHECK(made.job_result.failed == 0);
    CHECK(made.job_result.outputs[0].made == 1);
    CHECK(made.job_result.outputs[1].made == 0);
    CHECK(made.job_result.outputs[1].failure.reason == Reason::too_large);
}

TEST_CASE("make thumbnails: the message of one failure is not found in the next") {
    const std::string png = file_of(quadrants(16, 16), ".png");
    const std::string jpeg = file_of(quadrants(16, 16), ".jpg");
    make(png.substr(0, 60), {box(8, 8)});
    make(file_of(quadrants(16, 16), ".heif[compression=av1]"), {box(8, 8)}); // succeeds, and complains of seeks
    const JobResult job_result = make(jpeg.substr(0, jpeg.size() / 2), {box(8, 8)}).job_result;
    CHECK(text_in(job_result.failure.message).find("png") == std::string_view::npos);
    CHECK(text_in(job_result.failure.message).find("seek") == std::string_view::npos);
}

TEST_CASE("make thumbnails: alpha of 16 bits becomes alpha of 8, and the other way round") {
    const VImage deep = filled(64, 64, {100, 150, 200, 255})
                            .colourspace(VIPS_INTERPRETATION_RGB16)
                            .bandjoin(VImage::black(64, 64).linear(1, 128 * 257).cast(VIPS_FORMAT_USHORT));
    check_pixel(make(file_of(deep, ".png"), {box(32, 32)}).image(), 0.5, 0.5, {100, 150, 200, 128}, 3);
    Output output = with(&Output::bit_depth, BitDepth::sixteen, box(32, 32));
    const std::string clear = file_of(filled(64, 64, {100, 150, 200, 128}, 4), ".png");
    CHECK(make(clear, {output}).image().getpoint(16, 16)[3] == doctest::Approx(128 * 257).epsilon(0.01));
}

TEST_CASE(
    "make thumbnails: pixels that are not square are made square in a tiff, and are as they are in a png or jpeg") {
    const auto size = [](const std::string& file, const Output& output, bool fast_path) {
        const Made made = make(file, {output}, {}, "", fast_path);
        return std::array{made.job_result.header.width(), made.job_result.header.height(), made.output_result().width,
                          made.output_result().height};
    };
    const VImage picture = quadrants(80, 60).copy(VImage::option()->set("xres", 8.0)->set("yres", 4.0));
    CHECK(size(file_of(picture, ".tif"), box(40, 40, Fit::inside, Target::jpeg), true) == std::array{80, 120, 27, 40});
    Output part = box(40, 40, Fit::inside, Target::jpeg);
    part.region = {.given = true, .left = 0, .top = 0, .width = 80, .height = 60};
    for (const char* suffix : {".png", ".jpg"})
        for (const bool fast_path : {true, false})
            for (const Output& output : {box(40, 40, Fit::inside, Target::jpeg), box(40, 40), part}) {
                CAPTURE(suffix);
                CHECK(size(file_of(picture, suffix), output, fast_path) == std::array{80, 60, 40, 30});
            }
}
