#include "request/request.h"

#include <doctest/doctest.h>

#include <string>

#include "text/reader/parse.h"

using namespace thumbnailer;

namespace {

Result<Request> read(const std::string& source) {
    static text::OwnedTerms terms;
    auto parsed = text::parse(source);
    REQUIRE_MESSAGE(parsed, source);
    terms = std::move(*parsed);
    return read_request(terms.terms().front());
}

Result<Request> with_output(const std::string& options) {
    return read("{make, 1, #{outputs => [#{" + options + "}]}, {path, <<\"a.jpg\">>}}");
}

Output output_of(const std::string& options) {
    auto request = with_output(options);
    REQUIRE_MESSAGE(request, request.error().message);
    return request->options.outputs.front().output;
}

void check_refused(const Result<Request>& request, Reason reason, const std::string& part) {
    REQUIRE(!request);
    CHECK(request.error().reason == reason);
    CHECK_MESSAGE(request.error().message.find(part) != std::string::npos, request.error().message);
}

} // namespace

TEST_CASE("request: each option is read into its place") {
    const Output output = output_of("width => 320, height => 200, fit => cover, enlarge => true, format => webp, "
                                    "quality => 70, background => <<\"#10203040\">>");
    CHECK(output.width == 320);
    CHECK(output.height == 200);
    CHECK(output.fit == Fit::cover);
    CHECK(output.enlarge);
    CHECK(output.format == Target::webp);
    CHECK(output.quality == 70);
    CHECK(output.background.red == 0x10);
    CHECK(output.background.alpha == 0x40);
}

TEST_CASE("request: what is not given has its default") {
    const Output output = output_of("width => 320");
    CHECK(output.height == 0);
    CHECK(output.fit == Fit::inside);
    CHECK(!output.enlarge);
    CHECK(output.format == Target::automatic);
    CHECK(output.quality == 0);
    CHECK(output.background.alpha == 255);
}

TEST_CASE("request: names and choices may be binaries, as from a client without atoms") {
    CHECK(output_of("<<\"width\">> => 320, <<\"fit\">> => <<\"fill\">>").fit == Fit::fill);
    CHECK(read("[<<\"ping\">>, 7]")->op == Op::ping);
}

TEST_CASE("request: a colour without alpha is opaque") {
    CHECK(output_of("width => 1, background => <<\"#fF0000\">>").background.alpha == 255);
    CHECK(output_of("width => 1, background => <<\"#fF0000\">>").background.red == 255);
}

TEST_CASE("request: an unknown option is refused with the names that are known") {
    check_refused(with_output("width => 1, widht => 2"), Reason::bad_option, "widht");
    check_refused(with_output("width => 1, widht => 2"), Reason::bad_option, "quality");
    check_refused(with_output("width => 1, timeout => 2"), Reason::bad_option, "timeout");
    check_refused(read("{make, 1, #{outputs => [#{width => 1}], width => 2}, {path, <<\"a\">>}}"), Reason::bad_option,
                  "width");
    check_refused(read("{probe, 1, #{outputs => [#{width => 1}]}, {path, <<\"a\">>}}"), Reason::bad_option, "outputs");
}

TEST_CASE("request: a value out of range is refused with the range") {
    for (const char* width : {"0", "-1", "16384", "99999999999"})
        check_refused(with_output("width => " + std::string(width)), Reason::bad_option, "1 to 16383");
    check_refused(with_output("width => 1, quality => 101"), Reason::bad_option, "1 to 100");
}

TEST_CASE("request: a value of the wrong type is refused with the value and what is accepted") {
    check_refused(with_output("width => <<\"200\">>"), Reason::bad_option, "<<\"200\">>");
    check_refused(with_output("width => 200.0"), Reason::bad_option, "an integer");
    check_refused(with_output("width => 1, fit => crop"), Reason::bad_option,
                  "one of inside, cover, contain, fill, outside");
    check_refused(with_output("width => 1, enlarge => 1"), Reason::bad_option, "true or false");
    for (const char* colour : {"#12", "#12345", "#gg0000", "ff0000", "#ff00001", "#ff0000000"})
        check_refused(with_output("width => 1, background => <<\"" + std::string(colour) + "\">>"), Reason::bad_option,
                      "#rrggbb");
    check_refused(with_output("width => 1, to => <<>>"), Reason::bad_option, "a path");
    check_refused(with_output("width => 1, to => <<\"a\\0b\">>"), Reason::bad_option, "NUL");
}

TEST_CASE("request: the option of a refusal is named for programs too") {
    CHECK(with_output("width => 0").error().option == "width");
    CHECK(with_output("fit => cover").error().option == "width");
}

TEST_CASE("request: without a format the suffix of the file says it, and one of no format is refused") {
    const auto target = [](const std::string& to) { return output_of("width => 1, to => <<\"" + to + "\">>").format; };
    CHECK(target("a/b.WebP") == Target::webp);
    CHECK(target("a.bmp/b") == Target::automatic);
    CHECK(target("a/.bmp") == Target::automatic);
    CHECK(target("a.") == Target::automatic);
    for (const char* to : {"a.bmp", "a/b.jpg.gz", "a.svg"}) {
        const std::string options = "width => 1, to => <<\"" + std::string(to) + "\">>";
        check_refused(with_output(options), Reason::bad_option, to);
        check_refused(with_output(options), Reason::bad_option, ".jpg, .png, .webp, .avif, .gif, .tif");
        CHECK(with_output(options).error().option == "to");
        CHECK(output_of(options + ", format => png").format == Target::png);
        CHECK(output_of(options + ", format => auto").format == Target::automatic);
    }
}

TEST_CASE("request: outputs are a list of 1 to 64 maps") {
    const auto outputs = [](const std::string& list) {
        return read("{make, 1, #{outputs => " + list + "}, {path, <<\"a\">>}}");
    };
    check_refused(outputs("[]"), Reason::bad_option, "1 to 64");
    check_refused(outputs("#{}"), Reason::bad_option, "1 to 64");
    check_refused(outputs("[small]"), Reason::bad_option, "small");
    check_refused(read("{make, 1, #{}, {path, <<\"a\">>}}"), Reason::bad_option, "outputs: missing");
    std::string many = "[#{width => 1}";
    for (int count = 1; count < 64; ++count) many += ", #{width => 1}";
    CHECK(outputs(many + "]")->options.outputs.size() == 64);
    check_refused(outputs(many + ", #{width => 1}]"), Reason::bad_option, "1 to 64");
}

TEST_CASE("request: a source is bytes or a path") {
    CHECK(std::get<std::string>(read("{probe, 1, #{}, {path, <<\"a.jpg\">>}}")->source) == "a.jpg");
    CHECK(text_of(std::get<Bytes>(read("{probe, 1, #{}, {bytes, <<1,2>>}}")->source)) == "\x01\x02");
    for (const char* source : {"{bytes, <<>>, 1}", "{file_name, <<\"a\">>}", "<<1,2>>", "{path, 1}", "{path, <<>>}",
                               "{path, <<\"a\\0b\">>}", "{bytes, [1]}"})
        check_refused(read("{probe, 1, #{}, " + std::string(source) + "}"), Reason::bad_request, "the source");
}

TEST_CASE("request: what is no request is refused with the shapes that are") {
    for (const char* term :
         {"hello", "{}", "{shout, 1}", "{ping}", "{ping, 1, 2}", "{ping, -1}", "{ping, a}", "{make, 1, #{}}"})
        check_refused(read(term), Reason::bad_request, "{");
}

TEST_CASE("request: the id is found where a request has it, so that the error finds its caller") {
    const auto id_of = [](const char* source) {
        const auto terms = text::parse(source);
        return read_id(terms->terms().front());
    };
    CHECK(id_of("{shout, 7, x}") == 7);
    CHECK(id_of("[make, 8]") == 8);
    CHECK(id_of("{make}") == std::nullopt);
    CHECK(id_of("{make, -1}") == std::nullopt);
    CHECK(id_of("make") == std::nullopt);
}

TEST_CASE("request: a source may be a stream, and its chunks follow") {
    const auto make = read("{make, 1, #{outputs => [#{width => 9}]}, stream}");
    REQUIRE_MESSAGE(make, make.error().message);
    CHECK(std::holds_alternative<Stream>(make->source));
    const auto chunk = read("{chunk, 1, <<\"eof\">>}");
    REQUIRE_MESSAGE(chunk, chunk.error().message);
    CHECK(chunk->op == Op::chunk);
    REQUIRE(chunk->chunk);
    CHECK(text_of(*chunk->chunk) == "eof");
    const auto end = read("[<<\"chunk\">>, 1, eof]");
    REQUIRE_MESSAGE(end, end.error().message);
    CHECK(!end->chunk);
    check_refused(read("{chunk, 1, end_of_file}"), Reason::bad_request, "neither a binary nor eof");
    check_refused(read("{chunk, 1}"), Reason::bad_request, "{chunk, Id, Binary | eof}");
}

TEST_CASE("request: a stream is announced by a request that is refused, too") {
    static text::OwnedTerms terms =
        *text::parse("{make, 1, #{oops => 1}, stream}. {make, 1, #{}, {path, <<\"stream\">>}}. stream.");
    CHECK(announces_stream(terms.terms()[0]));
    CHECK(!announces_stream(terms.terms()[1]));
    CHECK(!announces_stream(terms.terms()[2]));
}

TEST_CASE("request: options of every type are read into their places") {
    CHECK(output_of("width => 1, dpr => 2").dpr == 2);
    CHECK(output_of("width => 1, dpr => 1.5").dpr == 1.5);
    CHECK(output_of("width => 1, trim => true").trim == 10);
    CHECK(output_of("width => 1, trim => 25").trim == 25);
    CHECK(output_of("width => 1, trim => false").trim == 0);
    const Output focused = output_of("width => 1, focus => {0.25, 1}");
    CHECK(focused.focus.given);
    CHECK(focused.focus.x == 0.25);
    CHECK(focused.focus.y == 1);
    const Region pixels = output_of("width => 1, region => {0, 10, 20, 1}").region;
    CHECK(!pixels.fractions);
    CHECK(pixels.top == 10);
    const Region parts = output_of("width => 1, region => [0, 0.5, 1, 0.5]").region;
    CHECK(parts.fractions);
    CHECK(parts.width == 1);
    CHECK(output_of("width => 1, padding => 3").padding == Padding{3, 3, 3, 3});
    CHECK(output_of("width => 1, padding => {1, 2}").padding == Padding{1, 2, 1, 2});
    CHECK(output_of("width => 1, padding => {1, 2, 3, 4}").padding == Padding{1, 2, 3, 4});
    CHECK(output_of("width => 1, rotate => 90").rotate == Rotate::right);
    CHECK(output_of("width => 1, rotate => <<\"270\">>").rotate == Rotate::left);
    CHECK(output_of("width => 1, round => circle").round == kCircle);
    CHECK(output_of("width => 1, round => 12").round == 12);
    CHECK(output_of("width => 1, quality => {ssim, 0.98}").ssim == 0.98);
    CHECK(output_of("width => 1, hue => -90").hue == -90);
    CHECK(output_of("width => 1, optimise => false").optimise == false);
    const auto overlaid = with_output("width => 1, overlay => {path, <<\"logo.png\">>}");
    CHECK(std::get<std::string>(*overlaid->options.outputs.front().overlay) == "logo.png");
}

TEST_CASE("request: values that are nearly of the type are refused with what is accepted") {
    const auto refused = [](const std::string& option, const std::string& part) {
        check_refused(with_output("width => 1, " + option), Reason::bad_option, part);
    };
    refused("dpr => 0.05", "a number from 0.1 to 10");
    refused("trim => 0", "true (10), false or a number from 1 to 255");
    refused("focus => {0.5, 1.5}", "{x, y}");
    refused("focus => {0.5}", "{x, y}");
    refused("region => {0, 0, 0, 10}", "width and height over 0");
    refused("region => {0.5, 0, 0.5, 2}", "0 to 1");
    refused("padding => {1, 2, 3}", "{vertical, horizontal}");
    refused("rotate => 45", "auto, 0, 90, 180, 270");
    refused("round => square", "circle or an integer");
    refused("quality => {ssim, 2}", "{ssim, X}");
    refused("quality => {psnr, 40}", "{ssim, X}");
    refused("overlay => stream", "{bytes, Binary} or {path, Binary}");
    refused("overlay => <<\"logo.png\">>", "{bytes, Binary} or {path, Binary}");
}

TEST_CASE("request: options that contradict each other are refused") {
    const auto refused = [](const std::string& options, std::string_view option) {
        const auto request = with_output("width => 1, " + options);
        REQUIRE(!request);
        CHECK(request.error().option == option);
    };
    refused("focus => {0, 0}, gravity => north", "focus");
    refused("focus => {0, 0}, crop => entropy", "focus");
    refused("gravity => north, crop => entropy", "crop");
    refused("animated => true, page => 1", "page");
    refused("lossless => true, near_lossless => true", "near_lossless");
}

TEST_CASE("request: an option is found by its name, and nothing by another") {
    CHECK(option_named("overlay") == "overlay");
    CHECK(option_named("overlays").empty());
    CHECK(option_named("").empty());
}
