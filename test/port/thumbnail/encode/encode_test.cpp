#include "thumbnail/encode/encode.h"

#include <doctest/doctest.h>

#include "support/make.h"
#include "thumbnail/decode/sniff.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

namespace {

// Soft colours with noise on them: neither lossless nor lossy coding has an easy time.
const std::string& photo() {
    static const std::string file = [] {
        const VImage noise = VImage::gaussnoise(200, 200, VImage::option()->set("sigma", 12)->set("seed", 7));
        const VImage ramp = VImage::xyz(200, 200);
        const VImage bands = VImage::bandjoin(
            std::vector<VImage>{ramp.extract_band(0) + noise, ramp.extract_band(1) + noise, noise + 30});
        return file_of(
            bands.cast(VIPS_FORMAT_UCHAR).copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB)),
            ".png");
    }();
    return file;
}

Output as(Target format) { return box(100, 100, Fit::inside, format); }

template <typename Value>
std::string file_with(Value Output::*member, Value value, Target format) {
    return make(photo(), {with(member, value, as(format))}).files[0];
}
std::string plain(Target format) { return make(photo(), {as(format)}).files[0]; }

// The frame header of a JPEG: which one, and how finely each component is sampled.
std::string frame_of(const std::string& jpeg) {
    const std::size_t at = std::min(jpeg.find("\xff\xc0"), jpeg.find("\xff\xc2"));
    REQUIRE(at != std::string::npos);
    return jpeg.substr(at, 19);
}

// The chunk of a WebP that holds the picture; older libvips put one before it.
bool is_coded(const std::string& webp, std::string_view chunk) {
    return webp.substr(0, 64).find(chunk) != std::string::npos;
}

} // namespace

TEST_CASE("encode: jpeg is baseline or progressive, subsampled or not, its codes optimised or not") {
    CHECK(frame_of(plain(Target::jpeg))[1] == '\xc0');
    CHECK(frame_of(file_with(&Output::progressive, true, Target::jpeg))[1] == '\xc2');
    CHECK(frame_of(file_with(&Output::subsampling, Subsampling::halved, Target::jpeg))[11] == '\x22');
    CHECK(frame_of(file_with(&Output::subsampling, Subsampling::full, Target::jpeg))[11] == '\x11');
    CHECK(file_with(&Output::optimise, false, Target::jpeg).size() > plain(Target::jpeg).size());
}

TEST_CASE("encode: png is interlaced, of few colours, of 1 to 16 bits") {
    CHECK(file_with(&Output::progressive, true, Target::png)[28] == 1);
    CHECK(file_with(&Output::palette, true, Target::png)[25] == 3);
    CHECK(file_with(&Output::bit_depth, BitDepth::four, Target::png)[24] == 4);
    CHECK(file_with(&Output::bit_depth, BitDepth::sixteen, Target::png)[24] == 16);
    Output grey = with(&Output::bit_depth, BitDepth::one, as(Target::png));
    grey.greyscale = true;
    CHECK(make(photo(), {grey}).files[0][24] == 1);
}

TEST_CASE("encode: webp is lossless or nearly") {
    const std::string lossless = file_with(&Output::lossless, true, Target::webp);
    CHECK(is_coded(lossless, "VP8L"));
    CHECK(is_coded(plain(Target::webp), "VP8 "));
    const VImage exact = make(photo(), {as(Target::png)}).image();
    CHECK((decoded(lossless) - exact).abs().max() == 0);
    Output near = with(&Output::near_lossless, true, as(Target::webp));
    near.quality = 20;
    const std::string nearly = make(photo(), {near}).files[0];
    CHECK(is_coded(nearly, "VP8L"));
    CHECK(nearly.size() < lossless.size());
    CHECK((decoded(nearly) - exact).abs().max() > 0);
}

TEST_CASE("encode: alpha has a quality of its own in webp") {
    const VImage alpha =
        VImage::gaussnoise(200, 200, VImage::option()->set("mean", 128)->set("sigma", 40)).cast(VIPS_FORMAT_UCHAR);
    const std::string source = file_of(filled(200, 200, kRed).bandjoin(alpha), ".png");
    const std::string fine = make(source, {as(Target::webp)}).files[0];
    CHECK(make(source, {with(&Output::alpha_quality, 5, as(Target::webp))}).files[0].size() * 2 < fine.size());
}

TEST_CASE("encode: avif without loss has none to speak of") {
    const VImage exact = make(photo(), {as(Target::png)}).image();
    CHECK((decoded(file_with(&Output::lossless, true, Target::avif)) - exact).abs().avg() < 1.5);
    CHECK((decoded(plain(Target::avif)) - exact).abs().avg() > 2);
}

TEST_CASE("encode: tiff is written, too") {
    const Made made = make(file_of(quadrants(160, 120), ".jpg[Q=95]"), {as(Target::tiff)});
    CHECK(made.output_result().format == Format::tiff);
    CHECK(sniff(bytes_of(made.files[0])) == Format::tiff);
    check_quadrants(made.image());
}

TEST_CASE("encode: effort buys bytes with time") {
    for (const Target format : {Target::png, Target::webp, Target::avif}) {
        CAPTURE(static_cast<int>(format));
        CHECK(file_with(&Output::effort, 0, format) != file_with(&Output::effort, 10, format));
    }
    CHECK(file_with(&Output::effort, 0, Target::png).size() > file_with(&Output::effort, 10, Target::png).size());
}

TEST_CASE("encode: a profile other than sRGB is embedded, and the colours are said in it") {
    Output output = with(&Output::profile, Profile::p3, as(Target::png));
    const VImage image = make(file_of(filled(64, 64, {234, 51, 35, 255}), ".png"), {output}).image();
    REQUIRE(image.get_typeof(VIPS_META_ICC_NAME) != 0);
    CHECK(pixel(image, 0.5, 0.5)[0] < 225); // P3's red is redder: less of it is needed
    const VImage back = image.icc_transform("srgb", VImage::option()->set("embedded", true));
    check_pixel(back, 0.5, 0.5, {234, 51, 35, 255}, 4);
}

TEST_CASE("encode: a profile that is kept leaves the numbers of the source as they are") {
    const VImage p3 =
        filled(64, 64, {234, 51, 35, 255}).icc_transform("p3", VImage::option()->set("input_profile", "srgb"));
    const VImage image = make(file_of(p3, ".png"), {with(&Output::profile, Profile::keep, as(Target::png))}).image();
    REQUIRE(image.get_typeof(VIPS_META_ICC_NAME) != 0);
    CHECK(near(pixel(image, 0.5, 0.5), pixel(p3, 0.5, 0.5), 1));
}

TEST_CASE("encode: options of another format have no effect, not even on the colours") {
    Output output = with(&Output::profile, Profile::p3, as(Target::gif));
    output.bit_depth = BitDepth::sixteen;
    check_quadrants(make(file_of(quadrants(160, 120), ".png"), {output}).image());
    output.profile = Profile::srgb;
    for (const Target format : {Target::jpeg, Target::webp, Target::avif}) {
        output.format = format;
        check_quadrants(make(file_of(quadrants(160, 120), ".png"), {output}).image(), 25);
    }
}
