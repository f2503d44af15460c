#include "thumbnail/encode/rights.h"

#include <doctest/doctest.h>

#include "thumbnail/containers/tiff.h"

using namespace thumbnailer;
using namespace std::string_view_literals;

namespace {

// Big endian: Make, Copyright ("(c) me", in its place behind the directory), and a private tag.
constexpr std::string_view kExif("Exif\0\0MM\0\x2a\0\0\0\x08\0\x03"
                                 "\x01\x0f\0\x02\0\0\0\x03"
                                 "ab\0\0"
                                 "\x82\x98\0\x02\0\0\0\x07\0\0\0\x32"
                                 "\xfd\xe9\0\x02\0\0\0\x04gps\0"
                                 "\0\0\0\0(c) me\0",
                                 63);

} // namespace

TEST_CASE("rights: of EXIF only artist and copyright are left, with the bytes that they had") {
    const auto rights = exif_rights(bytes_of(kExif));
    REQUIRE(rights.has_value());
    CHECK(text_of(*rights).find("(c) me\0"sv) != std::string_view::npos);
    CHECK(text_of(*rights).find("gps") == std::string_view::npos);
    const auto exif = Tiff::open(Bytes(*rights).subspan(6));
    REQUIRE(exif.has_value());
    CHECK(exif->count(*exif->first(), 0x8298) == 7);
    CHECK_FALSE(exif->count(*exif->first(), 0x010f).has_value());
}

TEST_CASE("rights: EXIF without them, or cut anywhere, has none or what is whole of it") {
    CHECK_FALSE(exif_rights(bytes_of("Exif\0\0MM"sv)).has_value());
    for (std::size_t length = 0; length < kExif.size(); ++length) exif_rights(bytes_of(kExif.substr(0, length)));
}

TEST_CASE("rights: of XMP the rights and the creator are left, as they stand") {
    const std::string_view xmp =
        "<x:xmpmeta><rdf:Description xmpRights:Marked='True' tiff:Orientation='6'><dc:rights><rdf:Alt>"
        "<rdf:li>\xc2\xa9 me</rdf:li></rdf:Alt></dc:rights><dc:subject>gps</dc:subject></rdf:Description></x:xmpmeta>";
    const auto rights = xmp_rights(xmp);
    REQUIRE(rights.has_value());
    CHECK(rights->find("<dc:rights><rdf:Alt><rdf:li>\xc2\xa9 me</rdf:li></rdf:Alt></dc:rights>") != std::string::npos);
    CHECK(rights->find("xmpRights:Marked='True'") != std::string::npos);
    CHECK(rights->find("gps") == std::string::npos);
    CHECK(rights->find("Orientation") == std::string::npos);
    CHECK_FALSE(xmp_rights("<x:xmpmeta/>").has_value());
}

TEST_CASE("rights: XMP that is kept is upright and without previews") {
    CHECK(xmp_of_thumbnail("<a tiff:Orientation=\"6\"><tiff:Orientation>8</tiff:Orientation>"
                           "<xmp:Thumbnails><x/></xmp:Thumbnails><b/></a>") ==
          "<a tiff:Orientation=\"1\"><tiff:Orientation>1</tiff:Orientation><b/></a>");
}

TEST_CASE("rights: of IPTC the copyright is left, and Photoshop's previews never") {
    const std::string_view block("Photoshop 3.0\0"
                                 "8BIM\x04\x0c\0\0\0\0\0\x02zz"
                                 "8BIM\x04\x04\0\0\0\0\0\x10"
                                 "\x1c\x02\x74\0\x02me\x1c\x02\x19\0\x03gps\0",
                                 14 + 14 + 12 + 16);
    const auto rights = iptc_of_thumbnail(bytes_of(block), IptcFields::rights);
    REQUIRE(rights.has_value());
    CHECK(text_of(*rights) == std::string_view("Photoshop 3.0\0"
                                               "8BIM\x04\x04\0\0\0\0\0\x07\x1c\x02\x74\0\x02me\0",
                                               14 + 12 + 8));
    const auto all = iptc_of_thumbnail(bytes_of(block), IptcFields::all);
    REQUIRE(all.has_value());
    CHECK(text_of(*all).find("gps") != std::string_view::npos);
    CHECK(text_of(*all).find("zz") == std::string_view::npos);
}
