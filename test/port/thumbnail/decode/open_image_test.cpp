#include "thumbnail/decode/open_image.h"

#include <doctest/doctest.h>

#include "support/bmp_bytes.h"
#include "support/make.h"
#include "support/raw_bytes.h"
#include "thumbnail/decode/sniff.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

FormatSet only(std::string_view names) { return *formats_named(names); }

Failure refusal(std::string_view file) { return open_image({}, bytes_of(file)).error(); }

} // namespace

TEST_CASE("open image: a format that is not among the loaders is named with those that are") {
    const std::string file = file_of(quadrants(32, 32), ".png");
    const auto opened = open_image({.loaders = only("jpeg,webp")}, bytes_of(file));
    REQUIRE(!opened);
    CHECK(opened.error().reason == Reason::unsupported_format);
    CHECK(opened.error().message == "the source is png, read here are: jpeg, webp");
}

TEST_CASE("open image: the first bytes show the format") {
    using namespace std::string_view_literals;
    CHECK(sniff(bytes_of("\0\0\0\x18"
                         "ftypheic\0\0\0\0mif1heic"sv)) == Format::heic);
    CHECK(sniff(bytes_of("\0\0\0\x18"
                         "ftypmif1\0\0\0\0mif1avif"sv)) == Format::avif);
    CHECK(sniff(bytes_of("\xff\x0a\0\0"sv)) == Format::jxl);
    CHECK(sniff(bytes_of("\0\0\0\x0cJXL \r\n\x87\n"sv)) == Format::jxl);
    CHECK(sniff(bytes_of("\0\0\0\x0cjP  \r\n\x87\n"sv)) == Format::jp2k);
    CHECK(sniff(bytes_of("%PDF-1.7"sv)) == Format::pdf);
    CHECK(sniff(bytes_of("FUJIFILMCCD-RAW 0201"sv)) == Format::raw);
    CHECK(sniff(bytes_of("IIU\0\x18\0\0\0"sv)) == Format::raw);
    CHECK(sniff(bytes_of("II*\0\x10\0\0\0CR\2\0"sv)) == Format::raw);
    CHECK(sniff(bytes_of("\0\0\0\x18"
                         "ftypcrx \0\0\0\1crx isom"sv)) == Format::raw);
    CHECK(sniff(bytes_of("II*\0\x10\0\0\0"sv)) == Format::tiff);
}

TEST_CASE("open image: names of formats are all known or none is taken") {
    CHECK(only("jpeg,heic").has(Format::heic));
    CHECK(!only("jpeg,heic").has(Format::png));
    for (const char* names : {"", "jpeg,", "psd", "jpeg png", ",jpeg"}) CHECK(!formats_named(names));
}

TEST_CASE("open image: a BMP is known by its letters and the length of its header, text is none") {
    CHECK(sniff(bytes_of(bmp_file(info_header({}), "", ""))) == Format::bmp);
    CHECK(!sniff(bytes_of("BM")));
    CHECK(!sniff(bytes_of("BMW is a maker of cars, and of bicycles")));
}

TEST_CASE("open image: icons and cursors are known by a list whose first image is behind it") {
    const auto list = [](int type, std::uint64_t images, std::uint64_t offset) {
        return little(0, 2) + little(static_cast<std::uint64_t>(type), 2) + little(images, 2) + std::string(8, '\0') +
               little(100, 4) + little(offset, 4);
    };
    CHECK(sniff(bytes_of(list(1, 1, 22))) == Format::ico);
    CHECK(sniff(bytes_of(list(2, 2, 38))) == Format::ico);
    CHECK(!sniff(bytes_of(list(3, 1, 22))));
    CHECK(!sniff(bytes_of(list(1, 0, 22))));
    CHECK(!sniff(bytes_of(list(1, 2, 37))));
}

TEST_CASE("open image: a TIFF that holds a sensor's samples is a raw file, told with the camera's size") {
    const std::string file = dng(6, file_of(quadrants(1024, 768), ".jpg"));
    const auto opened = open_image({.max_side = 3000}, bytes_of(file));
    REQUIRE(opened);
    CHECK(opened->told.format == Format::raw);
    CHECK(opened->told.width() == 3000);
    CHECK(opened->told.height() == 4000);
    CHECK(text_in(opened->told.camera) == "Maker Model 1");
    CHECK(text_in(opened->told.taken_at) == "2026-11-20T16:50:00");
    CHECK(opened->header.format == Format::jpeg);
    CHECK(opened->header.raw_width == 1024);
    CHECK(opened->header.orientation == 6);
    CHECK(opened->bytes.data() > bytes_of(file).data());
}

TEST_CASE("open image: the limits hold for the JPEG in a raw file") {
    const std::string file = dng(1, file_of(quadrants(1024, 768), ".jpg"));
    CHECK(open_image({.max_side = 1023}, bytes_of(file)).error().reason == Reason::too_large);
}

TEST_CASE("open image: a video is refused with the name of what shows a frame of it") {
    using namespace std::string_view_literals;
    for (const std::string_view start :
         {"\0\0\0\x18"
          "ftypisom\0\0\2\0isommp41"sv,
          "\0\0\0\x14"
          "ftypqt  \0\0\0\0qt  "sv,
          "\x1a\x45\xdf\xa3\0\0\0\0webm"sv, "RIFF....AVI LIST"sv, "\0\0\0\x08moov........"sv}) {
        CHECK(refusal(start).reason == Reason::unsupported_format);
        CHECK(refusal(start).message.find("ffmpeg") != std::string::npos);
    }
    CHECK(refusal("no image at all").message.find("ffmpeg") == std::string::npos);
}
