#include "thumbnail/encode/encode_webp_image.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "support/animations.h"
#include "support/make.h"
#include "thumbnail/encode/ssim.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

namespace {

// libwebp 1.2, which Debian 12 has, makes lossless sprites 3.5 % larger than their source, whatever is tried.
constexpr double kMostGrowth = std::string_view(THUMBNAILER_LIBVIPS_ORIGIN) == "prebuilt" ? 1 : 1.04;

Output moving(int width) { return with(&Output::animated, true, box(width, 0, Fit::inside, Target::webp)); }

} // namespace

TEST_CASE("encode webp: no kind of animation grows when it is made smaller, and its frames are as they were") {
    for (const AnimationKind& kind : animation_kinds())
        for (const char* suffix : {kind.gif, ".webp[Q=40]", ".webp[lossless]"}) {
            if (kind.roll.get_int(VIPS_META_PAGE_HEIGHT) == kind.roll.height()) continue; // a still image
            CAPTURE(std::string(kind.name));
            CAPTURE(std::string(suffix));
            const std::string source = file_of(kind.roll, suffix);
            Output output = moving(kind.roll.width() / 2);
            const std::string made = make(source, {output}).files[0];
            output.lossless = true;
            const VImage wanted = all_frames(make(source, {output}).files[0]);
            const VImage seen = all_frames(made);
            CHECK(static_cast<double>(made.size()) <= kMostGrowth * static_cast<double>(source.size()));
            REQUIRE(seen.height() == wanted.height());
            CHECK(SsimReference(wanted).ssim(seen) >= 0.96);
        }
}

TEST_CASE("encode webp: a quality that is asked for is kept, whatever the size") {
    const std::string source = file_of(cartoon(120, 90, 10), ".gif[dither=0,bitdepth=3]");
    const Output fine = with(&Output::quality, 95, moving(110));
    const std::string made = make(source, {fine}).files[0];
    CHECK(made.size() > make(source, {moving(110)}).files[0].size());
    CHECK(made.size() > source.size());
}
