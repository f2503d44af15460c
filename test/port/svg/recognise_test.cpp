#include "svg/recognise.h"

#include <doctest/doctest.h>

#include <string>

using namespace thumbnailer;
using namespace std::string_view_literals;

TEST_CASE("recognise: a root element named svg is a drawing, whatever XML allows before it") {
    for (const std::string_view text :
         {"<svg/>"sv, "\n <svg width='1'/>"sv, "\xef\xbb\xbf<svg></svg>"sv,
          "<?xml version='1.0'?><!-- <html> --><svg>"sv, "<s:svg xmlns:s='http://www.w3.org/2000/svg'/>"sv,
          "<!DOCTYPE svg [<!ENTITY a \"]>\"><!-- ' --><?x > ?>]><svg a='>'/>"sv})
        CHECK_MESSAGE(is_svg(bytes_of(text)), text);
}

TEST_CASE("recognise: other root elements, and text that only speaks of svg, are none") {
    for (const std::string_view text : {"<html><svg/></html>"sv, "<!-- <svg/> -->"sv, "svg <svg/>"sv, ""sv, "<"sv,
                                        "<svgx/>"sv, "<!DOCTYPE svg ["sv, "<svg"sv})
        CHECK_MESSAGE(!is_svg(bytes_of(text)), text);
}

TEST_CASE("recognise: UTF-16 is read in both orders, with a mark and without") {
    CHECK(is_svg(bytes_of("\xff\xfe<\0s\0v\0g\0/\0>\0"sv)));
    CHECK(is_svg(bytes_of("\xfe\xff\0<\0s\0v\0g\0/\0>"sv)));
    CHECK(is_svg(bytes_of("<\0s\0v\0g\0/\0>\0"sv)));
    CHECK(is_svg(bytes_of("\0<\0s\0v\0g\0/\0>"sv)));
}

TEST_CASE("recognise: a comment of 100 kB does not hide the root element") {
    CHECK(is_svg(bytes_of("<!--" + std::string(100'000, 'x') + "--><svg/>")));
}
