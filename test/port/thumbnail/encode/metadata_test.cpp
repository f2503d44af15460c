#include "thumbnail/encode/metadata.h"

#include <doctest/doctest.h>

#include "support/make.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

namespace {

// A camera's: owner, place, date, profile, lying on its side.
const std::string& tagged() {
    static const std::string file = [] {
        VImage image = stored_for(quadrants(160, 120), 6)
                           .icc_transform("p3", VImage::option()->set("input_profile", "srgb"))
                           .copy();
        image.set("exif-ifd0-Copyright", "the owner");
        image.set("exif-ifd0-Artist", "the artist");
        image.set("exif-ifd0-Make", "Maker");
        image.set("exif-ifd0-Model", "Maker Mark (2), ASCII, 3");
        image.set("exif-ifd2-DateTimeOriginal", "2026:11:20 16:50:01");
        image.set("exif-ifd3-GPSLatitude", "52/1 30/1 0/1");
        return file_of(image, ".jpg[Q=95]");
    }();
    return file;
}

VImage kept(Metadata metadata, Target format = Target::jpeg) {
    return make(tagged(), {with(&Output::metadata, metadata, box(80, 80, Fit::inside, format))}).image();
}

bool holds(const VImage& image, const char* field) { return image.get_typeof(field) != 0; }

} // namespace

TEST_CASE("metadata: none leaves nothing") {
    const VImage image = kept(Metadata::none);
    for (const char* field : {"exif-data", "exif-ifd0-Copyright", VIPS_META_ICC_NAME, VIPS_META_ORIENTATION})
        CHECK(!holds(image, field));
}

TEST_CASE("metadata: copyright keeps whose it is and not where it was taken") {
    for (const Target format : {Target::jpeg, Target::webp}) {
        const VImage image = kept(Metadata::copyright, format);
        CHECK(holds(image, "exif-ifd0-Copyright"));
        CHECK(holds(image, "exif-ifd0-Artist"));
        for (const char* field :
             {"exif-ifd3-GPSLatitude", "exif-ifd0-Model", "exif-ifd2-DateTimeOriginal", VIPS_META_ICC_NAME})
            CHECK_MESSAGE(!holds(image, field), field);
    }
}

TEST_CASE("metadata: icc embeds the profile that the colours are in, whether the source had one or not") {
    const VImage image = kept(Metadata::icc);
    CHECK(holds(image, VIPS_META_ICC_NAME));
    CHECK(!holds(image, "exif-ifd0-Copyright"));
    check_quadrants(image, 30);
    Output output = with(&Output::metadata, Metadata::icc, box(80, 80));
    CHECK(holds(make(file_of(quadrants(160, 120), ".png"), {output}).image(), VIPS_META_ICC_NAME));
}

TEST_CASE("metadata: all keeps all, but for the orientation, which the picture has no more") {
    const VImage image = kept(Metadata::all);
    for (const char* field : {"exif-ifd0-Copyright", "exif-ifd3-GPSLatitude", "exif-ifd0-Model", VIPS_META_ICC_NAME})
        CHECK_MESSAGE(holds(image, field), field);
    CHECK(image.width() == 80);
    CHECK((!holds(image, VIPS_META_ORIENTATION) || image.get_int(VIPS_META_ORIENTATION) == 1));
}

TEST_CASE("metadata: the header tells date and camera, whatever they look like") {
    const Header header = make(tagged(), {box(80, 80)}).job_result.header;
    CHECK(text_in(header.taken_at) == "2026-11-20T16:50:01");
    CHECK(text_in(header.camera) == "Maker Mark (2), ASCII, 3");
    CHECK(header.profile == 1);
    CHECK(header.preview == 0);
    CHECK(header.orientation == 6);
    CHECK(header.raw_width == 120);
    CHECK(header.width() == 160);
}

TEST_CASE("metadata: what is no date and no camera is not told") {
    VImage image = quadrants(16, 16).copy();
    image.set("exif-ifd2-DateTimeOriginal", "0000:00:00 00:00:00");
    image.set("exif-ifd0-Model", "one\ntwo");
    const Header header = make(file_of(image, ".jpg"), {box(8, 8)}).job_result.header;
    CHECK(text_in(header.taken_at).empty());
    CHECK(text_in(header.camera).empty());
}
