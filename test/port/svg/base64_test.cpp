#include "svg/base64.h"

#include <doctest/doctest.h>

using namespace thumbnailer;

// The vectors of RFC 4648, section 10.
TEST_CASE("base64: both ways are each other's inverse") {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : vectors) {
        CHECK(to_base64(bytes_of(plain)) == encoded);
        const auto decoded = from_base64(encoded);
        REQUIRE(decoded.has_value());
        CHECK(text_of(*decoded) == plain);
    }
}

TEST_CASE("base64: ten megabytes take no longer than ten times one") {
    const std::string encoded = to_base64(std::vector<std::byte>(10'000'000));
    CHECK(from_base64(encoded)->size() == 10'000'000); // or the test does not end
}

TEST_CASE("base64: white space and references to it are passed over, padding may be missing") {
    const auto decoded = from_base64(" Zm9v\n&#10;Yg");
    REQUIRE(decoded.has_value());
    CHECK(text_of(*decoded) == "foob");
    CHECK_FALSE(from_base64("Zm9v!").has_value());
    CHECK_FALSE(from_base64("&amp;").has_value());
}
