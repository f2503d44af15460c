#include "thumbnail/decode/check_header.h"

#include <doctest/doctest.h>

#include "support/make.h"
#include "thumbnail/decode/sniff.h"
#include "thumbnail/jpeg/segments.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

// An uncompressed tiff that says it is compressed.
std::string tiff_compressed_with(unsigned number) {
    using namespace std::string_literals;
    std::string file = file_of(quadrants(32, 32), ".tif[compression=none]");
    const std::size_t entry = file.find("\x03\x01\x03\x00\x01\x00\x00\x00"s); // of one short number
    REQUIRE(entry != std::string::npos);
    file[entry + 8] = static_cast<char>(number);
    file[entry + 9] = static_cast<char>(number >> 8);
    return file;
}

// The header of a file of the format that its first bytes show.
Result<Header> checked(const Limits& limits, const std::string& file) {
    return check_header(limits, *sniff(bytes_of(file)), bytes_of(file));
}

} // namespace

TEST_CASE("check header: a jpeg of 12 bits is refused as what it is") {
    std::string file = file_of(quadrants(32, 32), ".jpg");
    CHECK(jpeg_frame(bytes_of(file))->precision == 8);
    file[file.find("\xff\xc0") + 4] = 12;
    const auto header = checked({}, file);
    REQUIRE(!header);
    CHECK(header.error().reason == Reason::unsupported_format);
    CHECK(header.error().message.find("12 bits") != std::string::npos);
}

TEST_CASE("check header: a progressive jpeg costs two bytes for each sample, whatever its sampling") {
    const auto cost = [](const vips::VImage& image, const char* suffix) {
        const std::string file = file_of(image, suffix);
        const auto frame = jpeg_frame(bytes_of(file));
        REQUIRE(frame);
        CHECK(frame->progressive);
        return frame->coefficient_bytes;
    };
    const auto picture = quadrants(160, 120);
    CHECK(cost(picture, ".jpg[interlace,subsample_mode=off]") == 160 * 120 * 6);
    CHECK(cost(picture, ".jpg[interlace,subsample_mode=on]") == 160 * 120 * 3);
    CHECK(cost(picture.colourspace(VIPS_INTERPRETATION_B_W), ".jpg[interlace]") == 160 * 120 * 2);
    const std::string baseline = file_of(picture, ".jpg");
    CHECK(!jpeg_frame(bytes_of(baseline))->progressive);
}

TEST_CASE("check header: a progressive jpeg that needs too much memory is refused before any pixel") {
    const std::string file = file_of(quadrants(160, 120), ".jpg[interlace,subsample_mode=off]");
    const auto header = checked({.max_memory = 160 * 120 * 6 - 1}, file);
    REQUIRE(!header);
    CHECK(header.error().reason == Reason::too_large);
    CHECK(header.error().message.find("progressive") != std::string::npos);
    CHECK(checked({.max_memory = 160 * 120 * 6}, file));
}

TEST_CASE("check header: a side or a colour profile over its limit is refused from the header") {
    const std::string wide = file_of(quadrants(160, 120), ".png");
    CHECK(checked({.max_side = 160}, wide));
    CHECK(checked({.max_side = 159}, wide).error().limit == 159);
    const auto p3 = quadrants(32, 32).icc_transform("p3", vips::VImage::option()->set("input_profile", "srgb"));
    const std::string profiled = file_of(p3, ".png");
    const auto header = checked({}, profiled);
    REQUIRE(header);
    CHECK(header->profile_bytes > 100);
    const auto refused = checked({.max_icc_bytes = header->profile_bytes - 1}, profiled);
    REQUIRE(!refused);
    CHECK(refused.error().message.find("profile") != std::string::npos);
}

TEST_CASE("check header: the frame of what is no jpeg, or cut short, is unknown") {
    const std::string file = file_of(quadrants(32, 32), ".jpg");
    for (std::size_t length = 0; length < 20; ++length) CHECK(!jpeg_frame(bytes_of(file.substr(0, length))));
    CHECK(!jpeg_frame(bytes_of("\xff\xd8\xff\xd9\xff\xff\xff\xff")));
}

TEST_CASE("check header: a drawing reads nothing but itself") {
    const std::string svg = R"(<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
        width="40" height="40"><rect width="40" height="40" fill="#f00"/>
        <image width="40" height="40" xlink:href="file://)" THUMBNAILER_ROOT
                            R"(/samples/images/quadrants.png"/></svg>)";
    check_pixel(make(svg, {box(40, 40)}).image(), 0.75, 0.25, kRed);
}

TEST_CASE("check header: a tiff in a compression that the decoder was built without is refused with its name") {
    CHECK(checked({}, tiff_compressed_with(1)));
    const std::pair<unsigned, const char*> compressions[] = {
        {34661, "JBIG"},    {34712, "JPEG 2000"},        {34887, "LERC"}, {34925, "LZMA"}, {50000, "ZSTD"},
        {50002, "JPEG XL"}, {65000, "compression 65000"}};
    for (const auto& [number, name] : compressions) {
        CAPTURE(name);
        const auto header = checked({}, tiff_compressed_with(number));
        const bool built = std::string_view(THUMBNAILER_LIBVIPS_ORIGIN) == "system" && number < 60'000;
        if (built && (header || header.error().reason == Reason::bad_image)) continue; // the data are none of it
        REQUIRE(!header);
        CHECK(header.error().reason == Reason::unsupported_format);
        CHECK_MESSAGE(header.error().message.find(name) != std::string::npos, header.error().message);
    }
}

TEST_CASE("check header: damaged data of a compression that every decoder knows are no unknown compression") {
    for (const unsigned number : {5U, 8U, 32773U}) {
        const std::string file = tiff_compressed_with(number);
        CHECK(checked({}, file));
        CHECK(text_in(make(file, {box(8, 8)}).job_result.failure.message).find("compressed with") == std::string::npos);
    }
}
