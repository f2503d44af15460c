#include "base/utf8.h"

#include <doctest/doctest.h>

using namespace thumbnailer;

TEST_CASE("utf8: every code point is read back as it was written, in as few bytes as it takes") {
    for (char32_t value = 0; value <= 0x10FFFF; ++value) {
        if (!is_code_point(value)) continue;
        std::string text;
        append_utf8(value, text);
        const auto point = first_code_point(text + "x");
        REQUIRE(point.has_value());
        REQUIRE(point->value == value);
        REQUIRE(point->bytes == text.size());
        REQUIRE(text.size() == (value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4));
    }
}

TEST_CASE("utf8: the first byte that is not UTF-8 is found") {
    CHECK_FALSE(first_fault_in_utf8("").has_value());
    CHECK_FALSE(first_fault_in_utf8("aé€😀").has_value());
    CHECK(first_fault_in_utf8("a\x80") == 1);            // a byte that only continues
    CHECK(first_fault_in_utf8("é\xC3") == 2);            // cut short
    CHECK(first_fault_in_utf8("\xE2\x82") == 0);         // cut short
    CHECK(first_fault_in_utf8("\xC3(") == 0);            // not continued
    CHECK(first_fault_in_utf8("\xC0\xAF") == 0);         // overlong
    CHECK(first_fault_in_utf8("\xE0\x80\xAF") == 0);     // overlong
    CHECK(first_fault_in_utf8("\xF0\x80\x80\xAF") == 0); // overlong
    CHECK(first_fault_in_utf8("\xED\xA0\x80") == 0);     // a surrogate
    CHECK(first_fault_in_utf8("\xF4\x90\x80\x80") == 0); // above U+10FFFF
    CHECK(first_fault_in_utf8("\xFF") == 0);
}
