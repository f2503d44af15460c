#include "thumbnail/encode/encode_gif.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "support/animations.h"
#include "support/make.h"
#include "thumbnail/encode/ssim.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

namespace {

// Every frame, as it is before it is written as a GIF.
VImage exact_frames(const std::string& source, Output output) {
    output.format = Target::webp;
    output.lossless = true;
    return all_frames(make(source, {output}).files[0]);
}

} // namespace

TEST_CASE("encode gif: no kind of animation grows when it is made smaller, and its frames are as they were") {
    // The sources are GIFs of libvips' own encoder, whose versions differ by a hundredth.
    const std::map<std::string, double> least{{"cartoon", 0.98}, {"gradient", 0.93},   {"photo", 0.995},
                                              {"sprites", 0.97}, {"one frame", 0.998}, {"long", 0.98}};
    for (const AnimationKind& kind : animation_kinds()) {
        const std::string source = file_of(kind.roll, kind.gif);
        for (const int part : {2, 3, 4}) {
            CAPTURE(std::string(kind.name));
            CAPTURE(part);
            const Output output =
                with(&Output::animated, true, box(kind.roll.width() / part, 0, Fit::inside, Target::gif));
            const std::string made = make(source, {output}).files[0];
            const VImage wanted = exact_frames(source, output);
            const VImage seen = all_frames(made);
            REQUIRE(seen.height() == wanted.height());
            CHECK(made.size() <= source.size());
            CHECK(SsimReference(wanted).ssim(seen) >= least.at(kind.name));
        }
    }
}

TEST_CASE("encode gif: the bits that the output asks for are kept, whatever the size") {
    const std::string source = file_of(cartoon(120, 90, 4), ".gif[dither=0,bitdepth=3]");
    Output output = with(&Output::animated, true, box(110, 0, Fit::inside, Target::gif));
    const auto colours = [&](BitDepth bits) {
        output.bit_depth = bits;
        return 2 << (make(source, {output}).files[0][10] & 7); // of the palette of all frames
    };
    CHECK(colours(BitDepth::two) == 4);
    CHECK(colours(BitDepth::four) == 16);
    CHECK(colours(BitDepth::sixteen) == 256);
}

TEST_CASE("encode gif: a gif that is not made smaller keeps its colours and its frames") {
    const VImage roll = cartoon(80, 60, 6);
    const std::string source = file_of(roll, ".gif[dither=0]");
    const Output output = with(&Output::animated, true, box(80, 60, Fit::inside, Target::gif));
    const std::string made = make(source, {output}).files[0];
    CHECK(made.size() <= source.size());
    CHECK((all_frames(made) - all_frames(source)).abs().max() <= 2);
}
