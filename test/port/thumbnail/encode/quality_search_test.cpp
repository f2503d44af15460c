#include "thumbnail/encode/quality_search.h"

#include <doctest/doctest.h>

#include "support/make.h"
#include "thumbnail/encode/ssim.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

namespace {

VImage textured(int side) {
    const VImage noise =
        VImage::gaussnoise(side, side, VImage::option()->set("sigma", 20)->set("seed", 3)).gaussblur(1);
    const VImage ramp = VImage::xyz(side, side) * (200.0 / side);
    return VImage::bandjoin(std::vector<VImage>{ramp.extract_band(0) + noise, ramp.extract_band(1) + noise, noise + 60})
        .cast(VIPS_FORMAT_UCHAR)
        .copy(VImage::option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
}

const std::string& source() {
    static const std::string file = file_of(textured(400), ".png");
    return file;
}

Output as(Target format) { return box(200, 200, Fit::inside, format); }

} // namespace

TEST_CASE("quality search: max_bytes is met, with the best quality that meets it") {
    for (const Target target : {Target::jpeg, Target::webp}) {
        CAPTURE(static_cast<int>(target));
        const std::string plain = make(source(), {as(target)}).files[0];
        const auto limit = static_cast<std::int32_t>(plain.size() / 2);
        const std::string small = make(source(), {with(&Output::max_bytes, limit, as(target))}).files[0];
        CHECK(small.size() <= static_cast<std::size_t>(limit));
        // The next better quality does not fit.
        std::int32_t quality = 0;
        for (std::int32_t trial = 1; trial <= 80; ++trial) {
            const std::string file = make(source(), {with(&Output::quality, trial, as(target))}).files[0];
            if (file == small) quality = trial;
            if (quality != 0 && trial > quality && file != small) {
                CHECK(file.size() > static_cast<std::size_t>(limit));
                break;
            }
        }
        CHECK(quality != 0);
    }
}

TEST_CASE("quality search: a limit that is met already changes nothing") {
    const std::string plain = make(source(), {as(Target::jpeg)}).files[0];
    const auto limit = static_cast<std::int32_t>(plain.size());
    CHECK(make(source(), {with(&Output::max_bytes, limit, as(Target::jpeg))}).files[0] == plain);
}

TEST_CASE("quality search: a limit that cannot be met is an error that names it") {
    for (const Target target : {Target::jpeg, Target::png}) {
        const Made made = make(source(), {with(&Output::max_bytes, 100, as(target))});
        CHECK(made.failure().reason == Reason::too_large);
        CHECK(made.failure().limit == 100);
        CHECK(text_in(made.failure().option) == "max_bytes");
    }
}

TEST_CASE("quality search: with ssim the file is the smallest that looks as much like the original") {
    const VImage original = make(source(), {as(Target::png)}).image();
    for (const Target target : {Target::jpeg, Target::webp}) {
        const SsimReference reference(original);
        const Made made = make(source(), {with(&Output::ssim, 0.9, as(target)), with(&Output::ssim, 0.98, as(target))});
        CHECK(reference.ssim(made.image(0)) >= 0.9);
        CHECK(reference.ssim(made.image(0)) < 0.93);
        CHECK(reference.ssim(made.image(1)) >= 0.98);
        CHECK(made.files[0].size() < made.files[1].size());
    }
}

TEST_CASE("quality search: a similarity that no quality reaches is an error") {
    const Made made = make(source(), {with(&Output::ssim, 1.0, as(Target::jpeg))});
    CHECK(made.failure().reason == Reason::encode_failed);
    CHECK(text_in(made.failure().option) == "quality");
}

TEST_CASE("quality search: ssim of an image with itself is 1, and falls with noise") {
    const VImage image = textured(64);
    const SsimReference reference(image);
    CHECK(reference.ssim(image) == doctest::Approx(1));
    const VImage noise = VImage::gaussnoise(64, 64, VImage::option()->set("sigma", 15)->set("seed", 5));
    const double noisy = reference.ssim((image + noise).cast(VIPS_FORMAT_UCHAR));
    CHECK(noisy < 0.9);
    CHECK(noisy > 0.1);
}
