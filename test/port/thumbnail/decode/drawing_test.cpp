#include "thumbnail/decode/drawing.h"

#include <doctest/doctest.h>

#include <string>

#include "support/pixels.h"
#include "svg/base64.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

Result<std::string> prepared(const std::string& drawing, const Limits& limits = {}) {
    auto made = prepared_drawing(bytes_of(drawing), limits);
    if (!made) return std::move(made).error();
    REQUIRE(made->has_value());
    return std::string(text_of(**made));
}

} // namespace

TEST_CASE("drawing: what is no drawing stays as it is") {
    const auto made = prepared_drawing(bytes_of(file_of(quadrants(8, 8), ".png")), {});
    REQUIRE(made.has_value());
    CHECK_FALSE(made->has_value());
}

TEST_CASE("drawing: one without anything unusual stays letter for letter") {
    const std::string drawing = "<svg width=\"10\" height=\"10\"><rect/></svg>";
    CHECK(*prepared(drawing) == drawing);
}

TEST_CASE("drawing: physical lengths become pixels, of which an inch has 96") {
    CHECK(*prepared("<svg width='1in' height=\"25.4mm\"><rect x='6pt' y='50%' r='1em' d='M1 2in'/></svg>") ==
          "<svg width='96.0000' height=\"96.0000\"><rect x='8.0000' y='50%' r='1em' d='M1 2in'/></svg>");
    CHECK(*prepared("<svg viewBox='0 0 4 4'><rect style='fill:red;stroke-width:2pc; x : 1cm'/></svg>") ==
          "<svg viewBox='0 0 4 4'><rect style='fill:red;stroke-width:32.0000px; x :37.7953px'/></svg>");
    CHECK(*prepared("<svg width='101.6Q' height='8'/>") == "<svg width='96.0000' height='8'/>");
}

TEST_CASE("drawing: a size of millions keeps its shape") {
    const auto made = prepared("<svg width='2000000' height='1000000' id='\"'><rect/></svg>");
    REQUIRE(made.has_value());
    CHECK(*made == "<svg id='\"' viewBox=\"0 0 2000000.000000 1000000.000000\" width=\"16000.000000\" "
                   "height=\"8000.000000\"><rect/></svg>");
}

TEST_CASE("drawing: without a size and a viewBox it is 300 x 150, as in browsers") {
    for (const std::string size : {"", " width='50%' height='100%'", " width='-5' height='auto'"}) {
        CAPTURE(size);
        CHECK(*prepared("<svg" + size + "><rect/></svg>") ==
              "<svg width=\"300.000000\" height=\"150.000000\"><rect/></svg>");
    }
    CHECK(*prepared("<svg width='40'/>") == "<svg width=\"40.000000\" height=\"150.000000\"/>");
}

TEST_CASE("drawing: with a viewBox, a size that cannot be used is that of the viewBox") {
    CHECK(*prepared("<svg viewBox='0 0 20 10'/>") == "<svg viewBox='0 0 20 10'/>");
    CHECK(*prepared("<svg viewBox='0 0 20 10' width='100%' height='50vh'/>") ==
          "<svg viewBox='0 0 20 10' width=\"20.000000\" height=\"10.000000\"/>");
}

TEST_CASE("drawing: its size is within the limits, which are for pixels") {
    Limits limits;
    limits.max_pixels = 10'000;
    const auto made = prepared("<svg width='1000000000' height='1000000000'/>", limits);
    REQUIRE(made.has_value());
    CHECK(made->find(" width=\"100.000000\" height=\"100.000000\"") != std::string::npos);
    CHECK(prepared("<svg width='0.001' height='0.0005' viewBox='0 0 1 1'/>")->find("width=\"100.000000\"") !=
          std::string::npos);
}

TEST_CASE("drawing: where a switch offers foreign elements first, what follows them is chosen") {
    CHECK(*prepared("<svg width='1' height='1'><switch><foreignObject/><text/></switch></svg>") ==
          "<svg width='1' height='1'><switch><foreignObject requiredExtensions=\"none\"/><text/></switch></svg>");
}

TEST_CASE("drawing: an image inside that the renderer does not know becomes PNG, one that it knows stays") {
    const std::string webp = to_base64(bytes_of(file_of(quadrants(8, 8), ".webp[lossless]")));
    const std::string png = to_base64(bytes_of(file_of(quadrants(8, 8), ".png")));
    const auto made = prepared("<svg><image href=\"data:image/webp;base64," + webp +
                               "\"/><image href=\"data:image/png;base64," + png + "\"/></svg>");
    REQUIRE(made.has_value());
    CHECK(made->find("image/webp") == std::string::npos);
    CHECK(made->find("data:image/png;base64,iVBORw0KGgo") != std::string::npos);
    CHECK(made->find(png) != std::string::npos);
}

TEST_CASE("drawing: an image inside that cannot be read is named") {
    const auto made = prepared("<svg><image href=\"data:image/x-new;base64,Zm9vYmFy\"/></svg>");
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().reason == Reason::unsupported_format);
    CHECK(made.error().message.find("image/x-new") != std::string::npos);
}

TEST_CASE("drawing: text without a font is refused, or left out when that is asked for") {
    const std::string drawing = "<svg><text>x</text></svg>";
    Limits limits;
    limits.text = DrawnText::refused;
    CHECK(prepared(drawing, limits).error().reason == Reason::unsupported_format);
    CHECK(prepared("<svg><rect/></svg>", limits).has_value());
    limits.text = DrawnText::left_out;
    CHECK(prepared(drawing, limits)->find("text{display:none") != std::string::npos);
}
