#include "svg/tag.h"

#include <doctest/doctest.h>

#include <string>

using namespace thumbnailer;

TEST_CASE("tag: names, values and ends are read as they stand") {
    const auto tag = tag_at("<a:b c = 'd>' e=\"&amp;\"/>rest", 0);
    REQUIRE(tag.has_value());
    CHECK(tag->name == "a:b");
    CHECK(tag->local_name() == "b");
    CHECK(tag->empty);
    CHECK(tag->end == 25);
    REQUIRE(tag->attributes.size() == 2);
    CHECK(tag->value("c") == "d>");
    CHECK(tag->value("e") == "&amp;");
    CHECK_FALSE(tag->value("f").has_value());
}

TEST_CASE("tag: what is damaged is none") {
    for (const char* text : {"<", "<>", "< a>", "<a", "<a b>", "<a b=c>", "<a b='c>", "a", "</a>", "<1>"})
        CHECK_MESSAGE(!tag_at(text, 0), text);
    std::string many = "<a";
    for (int index = 0; index < 1001; ++index) many += " b='c'";
    CHECK_FALSE(tag_at(many + ">", 0).has_value());
}

TEST_CASE("tag: megabytes of beginnings are read once") {
    for (const char* piece : {"<a", "<a ", "<a b", "<a b=", "<!"}) {
        std::string text;
        while (text.size() < 4'000'000) text += piece;
        CHECK_FALSE(next_tag(text, 0).has_value()); // or the test does not end
    }
}

TEST_CASE("tag: the next one is found behind comments, instructions, CDATA and what is no tag") {
    const std::string text = "<!-- <x> --><?x <x> ?><![CDATA[<x>]]> 1 < 2 </x><y/>";
    const auto tag = next_tag(text, 0);
    REQUIRE(tag.has_value());
    CHECK(tag->name == "y");
    CHECK_FALSE(next_tag(text, tag->end).has_value());
}
