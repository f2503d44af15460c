#include "thumbnail/encode/encode_gif.h"

#include <doctest/doctest.h>

#include "support/animations.h"
#include "support/make.h"
#include "thumbnail/encode/ssim.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

namespace {

struct Kind {
    const char* name;
    VImage roll;
    const char* suffix; // how the source is written
    double ssim;        // at least, of the thumbnail's frames
};

// Sources as other programs write them: drawings without dithering, photographs with.
std::vector<Kind> kinds() {
    return {{"cartoon", cartoon(200, 150, 24), ".gif[dither=0,bitdepth=3]", 0.99},
            {"gradient", gradient(160, 120, 12), ".gif", 0.94},
            {"photo", pan(240, 180, 12), ".gif", 0.995},
            {"sprites", sprites(160, 120, 20), ".gif[dither=0]", 0.97},
            {"one frame", cartoon(400, 300, 1), ".gif[dither=0,bitdepth=3]", 0.998},
            {"long", cartoon(120, 90, 100), ".gif[dither=0,bitdepth=3]", 0.99}};
}

VImage all_frames(const std::string& file) {
    return VImage::new_from_buffer(file.data(), file.size(), "", VImage::option()->set("n", -1)).copy_memory();
}

// Every frame, as it is before it is written as a GIF.
VImage exact_frames(const std::string& source, Output output) {
    output.format = Target::webp;
    output.lossless = true;
    return all_frames(make(source, {output}).files[0]);
}

} // namespace

TEST_CASE("encode gif: no kind of animation grows when it is made smaller, and its frames are as they were") {
    for (const Kind& kind : kinds())
        for (const int part : {2, 3, 4}) {
            CAPTURE(kind.name);
            CAPTURE(part);
            const std::string source = file_of(kind.roll, kind.suffix);
            const Output output =
                with(&Output::animated, true, box(kind.roll.width() / part, 0, Fit::inside, Target::gif));
            const std::string made = make(source, {output}).files[0];
            const VImage wanted = exact_frames(source, output);
            const VImage seen = all_frames(made);
            REQUIRE(seen.height() == wanted.height());
            const double ssim = SsimReference(wanted).ssim(seen);
            CHECK(made.size() <= source.size());
            CHECK(ssim >= kind.ssim);
        }
}
