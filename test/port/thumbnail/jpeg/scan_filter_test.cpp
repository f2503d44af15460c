#include "thumbnail/jpeg/scan_filter.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "os/descriptor.h"
#include "support/make.h"
#include "thumbnail/encode/ssim.h"
#include "thumbnail/jpeg/segments.h"

using namespace thumbnailer;
using namespace thumbnailer::test;
using vips::VImage;

namespace {

// Waves of many lengths and grain, in colours: every coefficient of a block is in use.
VImage picture(int width, int height) {
    const auto option = [] { return VImage::option(); };
    const VImage grain = VImage::gaussnoise(width, height, option()->set("seed", 3)->set("sigma", 30)).gaussblur(1.2);
    const VImage places = VImage::xyz(width, height);
    const VImage x = places.extract_band(0);
    const VImage y = places.extract_band(1);
    const VImage waves = (x * 3).sin() * 60 + ((x + y * 2) * 1.1).cos() * 40 + 128;
    return VImage::bandjoin(
               std::vector<VImage>{waves + grain, (y * 2).sin() * 70 + 120 + grain, (x - y).cos() * 80 + 110})
        .cast(VIPS_FORMAT_UCHAR)
        .copy(option()->set("interpretation", VIPS_INTERPRETATION_sRGB));
}

std::string text_in(const std::optional<std::vector<std::byte>>& bytes) { return std::string(text_of(Bytes(*bytes))); }

// The mean SSIM of what is made of the file now and of what a decoder makes of all of it.
double likeness(const std::string& file, const std::string& lighter, int shrink, int width) {
    const auto thumbnail = [&](const std::string& from) {
        const VImage image =
            VImage::new_from_buffer(from.data(), from.size(), "", VImage::option()->set("shrink", shrink));
        return image.resize(static_cast<double>(width) / image.width()).copy_memory();
    };
    return SsimReference(thumbnail(file)).ssim(thumbnail(lighter));
}

// What a command of the shell makes of a file, whose name it finds in $FILE.
std::string made_by(std::string command, const std::string& file) {
    std::array<char, 32> name{"/tmp/scans_test.XXXXXX"};
    const Descriptor written(::mkstemp(name.data()));
    REQUIRE(::write(written.get(), file.data(), file.size()) == static_cast<ssize_t>(file.size()));
    command = std::string("FILE=") + name.data() + "; " + command;
    std::FILE* output = ::popen(command.c_str(), "r");
    REQUIRE(output != nullptr);
    std::string made;
    for (int byte = 0; (byte = std::fgetc(output)) != EOF;) made.push_back(static_cast<char>(byte));
    CHECK_MESSAGE(::pclose(output) == 0, command);
    ::unlink(name.data());
    return made;
}

std::string in_scans(const std::string& file, const std::string& scans, const std::string& options = "") {
    return made_by("printf '" + scans + "' > $FILE.scans; jpegtran " + options +
                       " -scans $FILE.scans $FILE; rm $FILE.scans",
                   file);
}

std::string portable_pixmap(const VImage& image) {
    const VImage pixels = image.copy_memory();
    const auto size = static_cast<std::size_t>(pixels.width()) * static_cast<std::size_t>(pixels.height()) * 3;
    return "P6 " + std::to_string(pixels.width()) + " " + std::to_string(pixels.height()) + " 255\n" +
           std::string(static_cast<const char*>(pixels.data()), size);
}

// Scan scripts as encoders use them: libjpeg's, mozjpeg's, one without refinements, and one that begins with nothing
// but the highest bits.
struct Script {
    std::string name;
    std::string scans;
};
const Script kScripts[] = {
    {"libjpeg", "0 1 2: 0 0 0 1; 0: 1 5 0 2; 2: 1 63 0 1; 1: 1 63 0 1; 0: 6 63 0 2; 0: 1 63 2 1; 0 1 2: 0 0 1 0; 2: 1 "
                "63 1 0; 1: 1 63 1 0; 0: 1 63 1 0;"},
    {"mozjpeg", "0: 0 0 0 0; 1: 0 0 0 0; 2: 0 0 0 0; 0: 1 8 0 2; 1: 1 8 0 0; 2: 1 8 0 0; 0: 9 63 0 2; 0: 1 63 2 1; 0: "
                "1 63 1 0; 1: 9 63 0 0; 2: 9 63 0 0;"},
    {"spectral",
     "0 1 2: 0 0 0 0; 0: 1 2 0 0; 1: 1 5 0 0; 2: 1 5 0 0; 0: 3 9 0 0; 0: 10 63 0 0; 1: 6 63 0 0; 2: 6 63 0 0;"},
    {"bits", "0 1 2: 0 0 0 3; 0 1 2: 0 0 3 2; 0: 0 0 2 1; 1 2: 0 0 2 1; 0 1 2: 0 0 1 0; 0: 1 63 0 2; 1: 1 63 0 2; 2: 1 "
             "63 0 2; 0: 1 "
             "63 2 1; 0: 1 63 1 0; 1: 1 63 2 1; 1: 1 63 1 0; 2: 1 63 2 1; 2: 1 63 1 0;"},
};

constexpr const char* kSamplings[] = {"subsample_mode=off", "subsample_mode=on"};

std::string progressive(const std::string& options = "subsample_mode=on") {
    return file_of(picture(805, 603), ".jpg[interlace,Q=85," + options + "]");
}

// The file with the bytes of its nth marker of this kind, from 0, changed.
std::size_t marker_at(const std::string& file, char marker, int skipped = 0) {
    std::size_t at = file.find(std::string{'\xff', marker});
    for (; skipped > 0; --skipped) at = file.find(std::string{'\xff', marker}, at + 2);
    REQUIRE(at != std::string::npos);
    return at;
}

} // namespace

TEST_CASE("scan filter: for a sixteenth only the DC coefficient of each block is left, in one scan") {
    for (const std::string sampling : kSamplings) {
        CAPTURE(sampling);
        const std::string file = progressive(sampling);
        const auto lighter = drop_fine_scans(bytes_of(file), 16);
        REQUIRE(lighter);
        CHECK(lighter->size() * 3 < file.size());
        CHECK(!jpeg_frame(*lighter)->progressive);
        CHECK(likeness(file, text_in(lighter), 8, 50) > 0.99);
    }
}

TEST_CASE("scan filter: the DC coefficients are those that a decoder finds, bit by bit") {
    // A grey picture at an eighth is made of DC coefficients alone.
    const VImage grey = picture(805, 603).colourspace(VIPS_INTERPRETATION_B_W);
    for (const VImage& image :
         {grey, grey.extract_area(0, 0, 800, 600), grey.extract_area(0, 0, 8, 8), grey.extract_area(0, 0, 9, 130)}) {
        const std::string file = file_of(image, ".jpg[interlace,Q=85]");
        const std::string lighter = text_in(drop_fine_scans(bytes_of(file), 16));
        const auto eighth = [](const std::string& from) {
            return VImage::new_from_buffer(from.data(), from.size(), "", VImage::option()->set("shrink", 8))
                .copy_memory();
        };
        CHECK((eighth(file) - eighth(lighter)).abs().max() == 0);
    }
}

TEST_CASE("scan filter: for an eighth the first approximation of the longest waves is left") {
    for (const std::string sampling : kSamplings) {
        CAPTURE(sampling);
        const std::string file = progressive(sampling);
        const auto lighter = drop_fine_scans(bytes_of(file), 8);
        REQUIRE(lighter);
        CHECK(lighter->size() * 2 < file.size());
        CHECK(jpeg_frame(*lighter)->progressive);
        CHECK(likeness(file, text_in(lighter), 4, 100) > 0.98);
    }
}

TEST_CASE("scan filter: what encoders write becomes lighter and stays the picture, in every sampling") {
    const std::string pixmap = portable_pixmap(picture(805, 603));
    for (const std::string sampling : {"1x1", "2x1", "1x2", "2x2"})
        for (const Script& script : kScripts)
            for (const std::string restart : {"", "-restart 7B", "-restart 2"}) {
                CAPTURE(sampling);
                CAPTURE(script.name);
                CAPTURE(restart);
                const std::string file = in_scans(made_by("cjpeg -quality 85 -sample " + sampling + " $FILE", pixmap),
                                                  script.scans, restart);
                const auto dc_only = drop_fine_scans(bytes_of(file), 16);
                REQUIRE(dc_only);
                CHECK(!jpeg_frame(*dc_only)->progressive);
                CHECK(likeness(file, text_in(dc_only), 8, 50) > 0.99);
                const auto waves = drop_fine_scans(bytes_of(file), 8);
                REQUIRE(waves);
                CHECK(waves->size() < file.size() * 4 / 5);
                CHECK(likeness(file, text_in(waves), 4, 100) > 0.98);
            }
}

TEST_CASE("scan filter: a first approximation that is too rough is not taken for the picture") {
    const std::string rough = "0: 0 0 0 0; 0: 1 63 0 4; 0: 1 63 4 3; 0: 1 63 3 2; 0: 1 63 2 1; 0: 1 63 1 0;";
    const std::string grey = file_of(picture(640, 480).colourspace(VIPS_INTERPRETATION_B_W), ".jpg");
    CHECK(!drop_fine_scans(bytes_of(in_scans(grey, rough)), 8));
    CHECK(drop_fine_scans(bytes_of(in_scans(grey, rough)), 16));
}

TEST_CASE("scan filter: a thumbnail that shows more gets everything, and so does a jpeg of one scan") {
    CHECK(!drop_fine_scans(bytes_of(progressive()), 7));
    CHECK(!drop_fine_scans(bytes_of(progressive()), 0));
    CHECK(!drop_fine_scans(bytes_of(file_of(picture(320, 240), ".jpg")), 16));
    CHECK(!drop_fine_scans(bytes_of(file_of(picture(320, 240), ".png")), 16));
}

TEST_CASE("scan filter: colours that are stored in larger blocks need a smaller thumbnail") {
    std::string file = file_of(picture(640, 480), ".jpg[interlace,subsample_mode=on]");
    const std::size_t frame = marker_at(file, '\xc2');
    REQUIRE(file[frame + 11] == 0x22);
    file[frame + 11] = 0x41; // now 4 x 1, which has as many blocks
    const auto kept = [&](std::int32_t reduction) {
        return jpeg_frame(*drop_fine_scans(bytes_of(file), reduction))->progressive;
    };
    CHECK(kept(31));
    CHECK(!kept(32));
}

TEST_CASE("scan filter: what stands before the pixels stays") {
    VImage tagged = picture(640, 480).icc_transform("p3", VImage::option()->set("input_profile", "srgb"));
    tagged.set("exif-ifd0-Copyright", "owner");
    const std::string file = file_of(tagged, ".jpg[interlace]");
    for (const std::int32_t reduction : {8, 16}) {
        const VImage image = decoded(text_in(drop_fine_scans(bytes_of(file), reduction)));
        CHECK(image.get_typeof(VIPS_META_ICC_NAME) != 0);
        CHECK(image.get_typeof("exif-ifd0-Copyright") != 0);
        CHECK(image.width() == 640);
    }
}

TEST_CASE("scan filter: a jpeg that is cut short anywhere is the decoder's as it is") {
    const std::string file = progressive();
    for (std::size_t length = 0; length < file.size(); length += 1 + length / 20)
        CHECK(!drop_fine_scans(bytes_of(file.substr(0, length)), 16));
    const Made made = make(file.substr(0, file.size() - 2), {box(50, 38)});
    CHECK(made.job_result.failed == 1);
    CHECK(made.job_result.failure.reason == Reason::bad_image);
}

TEST_CASE("scan filter: scans that do not follow from each other are the decoder's as they are") {
    const auto changed = [](int scan, std::size_t from_end, char value) {
        std::string file = progressive();
        const std::size_t at = marker_at(file, '\xda', scan);
        const auto length = static_cast<std::size_t>(file[at + 3]);
        file[at + 2 + length - from_end] = value;
        return !drop_fine_scans(bytes_of(file), 16);
    };
    CHECK(!changed(1, 1, 0x02)); // as it was
    CHECK(changed(1, 1, 0x0e));  // a bit beyond all
    CHECK(changed(1, 1, 0x31));  // refines more than is left
    CHECK(changed(1, 2, 64));    // a coefficient beyond all
    CHECK(changed(1, 3, 9));     // a range that ends before it begins
    CHECK(changed(0, 2, 5));     // DC together with AC
    CHECK(changed(0, 3, 1));     // no DC at all
}

TEST_CASE("scan filter: a marker that stands alone before the first scan is the decoder's to judge") {
    for (const char marker : {'\x01', '\xd0', '\xd7', '\xd8'}) {
        std::string file = progressive();
        file[marker_at(file, '\xdb', 0) + 1] = marker; // of a table
        CHECK(!drop_fine_scans(bytes_of(file), 16));
    }
}

TEST_CASE("scan filter: bytes that are changed at random never do harm") {
    const std::string sound = file_of(picture(320, 240), ".jpg[interlace]");
    std::uint32_t dice = 1;
    const auto thrown = [&](std::size_t sides) {
        dice = dice * 1664525 + 1013904223;
        return static_cast<std::size_t>(dice >> 8) % sides;
    };
    int lighter = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string file = sound;
        for (std::size_t times = 1 + thrown(8); times > 0; --times)
            file[thrown(file.size())] = static_cast<char>(thrown(256));
        for (const std::int32_t reduction : {8, 16}) lighter += drop_fine_scans(bytes_of(file), reduction) ? 1 : 0;
    }
    CHECK(lighter > 0);
}

TEST_CASE("scan filter: the thumbnail of a progressive jpeg is that of the picture, whatever the speed") {
    const std::string file = progressive();
    const VImage image = VImage::new_from_buffer(file.data(), file.size(), "");
    for (const int width : {50, 75, 100}) {
        const VImage reference = image.resize(static_cast<double>(width) / image.width()).copy_memory();
        const SsimReference wanted(reference);
        for (const Speed speed : {Speed::balanced, Speed::best}) {
            CAPTURE(width);
            CAPTURE(static_cast<int>(speed));
            CHECK(wanted.ssim(make(file, {with(&Output::speed, speed, box(width, 0))}).image()) > 0.98);
        }
    }
}
