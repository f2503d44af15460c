#include "thumbnail/ycbcr/decode_planes.h"

#include <doctest/doctest.h>

#include "support/ycbcr_pictures.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

namespace {

const char* const kWebp = ".webp[Q=92]";

void check_not_taken(const std::string& source, const Output& output) {
    CHECK(by_fast_path(source, output) == by_libvips(source, output));
}

// In all colours: SSIM looks at brightness alone.
double apart(const VImage& one, const VImage& other) { return (one - other).abs().avg(); }

// Decoded in full, and resampled once.
VImage whole_scaled_as(const std::string& source, const VImage& small) {
    return decoded(source).thumbnail_image(
        small.width(), VImage::option()->set("height", small.height())->set("size", VIPS_SIZE_FORCE));
}

// Of a JPEG of this size that becomes so many times smaller.
struct Decoding {
    std::int64_t bytes = 0; // of its planes
    Kernel kernel = Kernel::spline;

    Decoding(Size source, double times, Speed speed) {
        Header header;
        header.format = Format::jpeg;
        header.raw_width = source.width;
        header.raw_height = source.height;
        Plan plan;
        plan.view = {1, source, whole(source)};
        plan.layout.scaled = {static_cast<std::int32_t>(source.width / times),
                              static_cast<std::int32_t>(source.height / times)};
        bytes = bytes_of_planes(header, std::span(&plan, 1), speed);
        kernel = kernel_for(Format::jpeg, std::span(&plan, 1), speed);
    }
};

} // namespace

TEST_CASE(
    "decode planes: balanced decodes half of a JPEG from 3.5 times the thumbnail on, and then Lanczos resamples it") {
    const Size source{5600, 4200};
    const std::int64_t all = 3 * std::int64_t{source.width} * source.height;
    CHECK(Decoding(source, 3.4, Speed::balanced).bytes == all);
    CHECK(Decoding(source, 3.4, Speed::balanced).kernel == Kernel::spline);
    CHECK(Decoding(source, 3.5, Speed::balanced).bytes == all / 4);
    CHECK(Decoding(source, 3.5, Speed::balanced).kernel == Kernel::lanczos);
    CHECK(Decoding(source, 4, Speed::balanced).bytes == all / 4);
    CHECK(Decoding(source, 4, Speed::balanced).kernel == Kernel::spline);
    CHECK(Decoding(source, 7.9, Speed::balanced).bytes == all / 4); // a quarter keeps twice the size
    CHECK(Decoding(source, 3.5, Speed::best).bytes == all);
    CHECK(Decoding(source, 3.5, Speed::fast).kernel == Kernel::spline);
}

TEST_CASE("decode planes: the thumbnail of a WebP is the picture that libvips makes, at any size and in any format") {
    const std::string source = photo(kWebp);
    for (const Size size : {Size{803, 605}, Size{301, 301}, Size{97, 200}, Size{83, 63}})
        for (const Fit fit : {Fit::inside, Fit::cover})
            for (const Target format : {Target::jpeg, Target::webp, Target::png}) {
                CAPTURE(size.width);
                check_same_picture(source, exact(box(size.width, size.height, fit, format)));
            }
}

TEST_CASE("decode planes: a WebP of odd sides keeps its colours where they are") {
    for (const Size size : {Size{203, 105}, Size{101, 64}, Size{64, 101}}) {
        const std::string source = file_of(textured(size.width, size.height), ".webp[Q=95]");
        for (const std::int32_t side : {64, 51, 40}) {
            const Output output = exact(box(side, side));
            const VImage fast = decoded(by_fast_path(source, output));
            CHECK(apart(fast, decoded(by_libvips(source, output))) < 1.5); // 3 where they are half a pixel away
        }
    }
}

TEST_CASE("decode planes: a WebP is upright, whichever way the camera was held") {
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const std::string source = photo(kWebp, orientation);
        check_same_picture(source, exact(jpeg(201, 401)));
        check_same_picture(source, exact(with(&Output::gravity, Gravity::south_west, webp(151, 77, Fit::cover))));
        check_same_picture(source, exact(with(&Output::sharpen, 0.5, jpeg(151, 77, Fit::cover))));
    }
}

TEST_CASE("decode planes: a WebP with another profile than that of sRGB is converted by it") {
    for (const char* profile : {"p3", "srgb"}) {
        const std::string source = file_of(textured(403, 305).icc_transform(profile), kWebp);
        for (const Profile wanted : {Profile::srgb, Profile::p3, Profile::keep})
            check_same_picture(source, exact(with(&Output::profile, wanted, jpeg(100, 100))));
    }
}

TEST_CASE("decode planes: a WebP keeps its metadata where they are asked for") {
    VImage picture = textured(403, 305);
    picture.set("exif-ifd0-Copyright", "(c) somebody");
    const std::string source = file_of(picture, ".webp[Q=95]");
    const VImage made = decoded(by_fast_path(source, with(&Output::metadata, Metadata::copyright, jpeg(100, 100))));
    CHECK(std::string(made.get_string("exif-ifd0-Copyright")).starts_with("(c) somebody"));
}

TEST_CASE("decode planes: white, black and full colours of a WebP are that in a thumbnail") {
    for (const Pixel& colour : {kRed, kGreen, kBlue, kYellow, Pixel{0, 0, 0, 255}, Pixel{255, 255, 255, 255}}) {
        const std::string source = file_of(filled(320, 240, colour), ".webp[Q=95]");
        for (const Target format : {Target::jpeg, Target::webp, Target::png})
            check_pixel(decoded(by_fast_path(source, exact(box(100, 75, Fit::inside, format)))), 0.5, 0.5, colour, 4);
    }
}

TEST_CASE("decode planes: a WebP that becomes much smaller is as near to the whole picture as libvips' own") {
    const std::string source = photo(".webp[Q=80]");
    for (const std::int32_t width : {200, 100, 48})
        for (const Speed speed : {Speed::fast, Speed::balanced}) {
            CAPTURE(width);
            const Output output = with(&Output::speed, speed, with(&Output::quality, 95, jpeg(width, width)));
            const std::string fast = by_fast_path(source, output);
            const std::string libvips = by_libvips(source, output);
            REQUIRE(fast != libvips);
            const VImage seen = decoded(fast);
            const SsimReference whole(whole_scaled_as(source, seen));
            CHECK(whole.ssim(seen) >= whole.ssim(decoded(libvips)) - 0.001);
        }
}

TEST_CASE("decode planes: a lossless WebP that becomes a lossy file of half the size is near to the whole picture") {
    const std::string source = file_of(textured(803, 605), ".webp[lossless]");
    for (const std::int32_t side : {400, 301, 83})
        for (const Target format : {Target::jpeg, Target::webp}) {
            CAPTURE(side);
            const Output output = with(&Output::quality, 95, box(side, side, Fit::inside, format));
            const std::string fast = by_fast_path(source, output);
            const std::string libvips = by_libvips(source, output);
            REQUIRE(fast != libvips);
            const VImage whole = whole_scaled_as(source, decoded(fast));
            CHECK(apart(whole, decoded(fast)) <= apart(whole, decoded(libvips)) + 0.1);
        }
}

TEST_CASE("decode planes: a lossless WebP that stays lossless or large goes through libvips") {
    const std::string source = file_of(textured(203, 105), ".webp[lossless]");
    check_not_taken(source, box(100, 100));
    check_not_taken(source, jpeg(150, 150));
    check_not_taken(source, with(&Output::speed, Speed::best, jpeg(100, 100)));
    check_not_taken(source, with(&Output::greyscale, true, jpeg(100, 100)));
    check_not_taken(file_of(textured(203, 105).icc_transform("p3"), ".webp[lossless]"), jpeg(100, 100));
}

TEST_CASE("decode planes: a WebP with alpha, one that moves and one of few pixels go through libvips") {
    const VImage picture = textured(203, 105);
    check_not_taken(file_of(picture.bandjoin_const({100.0}), ".webp"), box(100, 100));
    check_not_taken(file_of(textured(3, 2), ".webp"), jpeg(100, 100));
    check_not_taken(file_of(textured(1, 1), ".webp"), jpeg(100, 100));
    VImage roll = VImage::arrayjoin({picture, picture.rot180()}, VImage::option()->set("across", 1));
    roll.set(VIPS_META_PAGE_HEIGHT, 105);
    check_not_taken(file_of(roll, ".webp"), jpeg(100, 100));
}

TEST_CASE("decode planes: an instance with little memory reads a large WebP through libvips") {
    Limits limits;
    limits.max_memory = std::int64_t{8} * (803 * 605 * 3 / 2 + 3 * 300 * 226);
    const std::string source = photo(kWebp);
    const auto made = [&](bool fast_path) {
        return make(source, {exact(jpeg(300, 300))}, limits, "", fast_path).files[0];
    };
    CHECK(made(true) != made(false));
    limits.max_memory -= 8;
    CHECK(made(true) == made(false));
}

TEST_CASE("decode planes: a WebP that is cut short or damaged is what libvips says that it is") {
    const std::string lossless = file_of(textured(203, 105), ".webp[lossless]");
    for (const std::string& whole : {photo(kWebp), lossless})
        for (const Truncated truncated : {Truncated::refuse, Truncated::allow}) {
            const auto answer = [&](const std::string& source, bool fast_path) {
                const Output output = with(&Output::truncated, truncated, jpeg(100, 50, Fit::cover));
                const Made made = make(source, {output}, {}, "", fast_path);
                return made.job_result.failed != 0 ? std::string(text_in(made.job_result.failure.message))
                                                   : "a thumbnail";
            };
            for (std::size_t length = 1; length < whole.size(); length += whole.size() / 24) {
                const std::string cut = whole.substr(0, length);
                CHECK(answer(cut, true) == answer(cut, false));
                std::string damaged = whole;
                damaged[length] = static_cast<char>(~damaged[length]);
                CHECK(answer(damaged, true) == answer(damaged, false));
            }
        }
}
