#include "cli/explain.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "text/reader/parse.h"

using namespace thumbnailer;

namespace {

std::string explained(Explainer& explainer, const Config& config, const std::string& text) {
    const auto parsed = text::parse(text);
    REQUIRE_MESSAGE(parsed, parsed.error().message);
    std::string lines;
    for (const Term& term : parsed->terms()) {
        Payload payload;
        config.codec->encode(term, payload);
        const std::string flat = payload.flat();
        Frame frame{.payload = bytes_of(flat), .shared = {}};
        lines += explainer.explain(frame);
    }
    return lines;
}

struct Explained {
    std::string lines;
    bool well;
};

Explained explain(const std::string& text, const Config& config = {}) {
    const Roots everywhere;
    Explainer explainer(config, everywhere);
    std::string lines = explained(explainer, config, text);
    lines += explainer.conclude();
    return {lines, explainer.all_well()};
}

std::string folder_with(const std::string& name, const std::string& bytes) {
    const auto folder = std::filesystem::temp_directory_path() / ("explain-test-" + std::to_string(::getpid()));
    std::filesystem::create_directory(folder);
    std::ofstream(folder / name) << bytes;
    return folder.string();
}

void check_has(const std::string& text, const std::string& part) {
    CHECK_MESSAGE(text.find(part) != std::string::npos, text << " has no " << part);
}

} // namespace

TEST_CASE("explain: a request is said with its source, its timeout, its thumbnails and their defaults") {
    const auto [lines, well] =
        explain("{make, 7, #{outputs => [#{width => 20, format => webp}, #{height => 9, fit => cover}],"
                "            timeout => 50}, {bytes, <<255, 216, 255, 0>>}}.");
    CHECK(well);
    CHECK(lines == "frame 1, 115 bytes: make 7 from 4 bytes of jpeg in the frame; within 50 ms\n"
                   "    thumbnail 1: #{width => 20, format => webp}, by default fit => inside, enlarge => false; "
                   "into the answer\n"
                   "    thumbnail 2: #{height => 9, fit => cover}, by default enlarge => false, format => auto; "
                   "into the answer\n");
}

TEST_CASE("explain: a file whose suffix is that of no format is refused with the suffixes that are") {
    const auto [lines, well] = explain("{make, 7, #{outputs => [#{width => 20, to => <<\"a.bmp\">>}]},"
                                       "         {bytes, <<255, 216, 255, 0>>}}.");
    CHECK(!well);
    check_has(lines, "a.bmp");
    check_has(lines, ".jpg, .png");
}

TEST_CASE("explain: what depends on the other requests or on the image is said") {
    const std::string probe = "{probe, 1, #{}, {bytes, <<255, 216, 255>>}}. ";
    const std::string again = "; the id 1 was used before, and is refused until that is answered";
    const auto [lines, well] = explain(probe + "{ping, 1}. " + probe + "{probe, 2, #{}, {bytes, <<255, 216, 255>>}}.");
    CHECK(well);
    CHECK(lines.find(again) > lines.find("frame 3"));
    CHECK(lines.find(again) < lines.find("frame 4"));
    CHECK(lines.rfind(again) == lines.find(again));
    const std::string outputs = "#{width => 9, region => {0, 0, 5000, 5000}}, #{width => 8}";
    const std::string made = explain("{make, 1, #{outputs => [" + outputs + "]}, {bytes, <<255, 216, 255>>}}.").lines;
    const std::string seen = "; whether the region lies in the image is seen when that is read\n    thumbnail 2";
    check_has(made, seen);
    CHECK(made.rfind("the region") < made.find("thumbnail 2"));
}

TEST_CASE("explain: both codecs say the same") {
    const std::string text =
        "{make, 7, #{outputs => [#{width => 20}]}, {bytes, <<255, 216, 255, 0>>}}. {ping, 1}. {cancel, 7}.";
    const auto after_size = [](std::string lines) { return lines.substr(lines.find(':')); };
    const Config msgpack{.codec = codec_named("msgpack")};
    CHECK(after_size(explain("{ping, 1}.").lines) == after_size(explain("{ping, 1}.", msgpack).lines));
    CHECK(explain(text, msgpack).well);
    check_has(explain(text, msgpack).lines, "make 7 from 4 bytes of jpeg in the frame; within 30000 ms (by default)");
}

TEST_CASE("explain: what is wrong is said with the reason that the program would answer") {
    const auto check_wrong = [](const std::string& text, const std::string& message) {
        const auto [lines, well] = explain(text);
        CHECK(!well);
        check_has(lines, "wrong, " + message);
    };
    check_wrong("{shout, 1}.", "bad_request: {shout, 1} is not a request");
    check_wrong("{make, 1, #{outputs => [#{width => 0}]}, stream}.", "bad_option: width: 0 is not accepted");
    check_wrong("{probe, 1, #{}, {path, <<\"there/is/none\">>}}.", "not_found: \"there/is/none\"");
    check_wrong("{probe, 1, #{}, {bytes, <<>>}}.", "empty_source");
    check_wrong("{probe, 1, #{}, {bytes, <<\"text\">>}}.", "unsupported_format");
    const Config config;
    const Roots everywhere;
    Explainer explainer(config, everywhere);
    Frame frame{.payload = bytes_of("\x83P"), .shared = {}};
    check_has(explainer.explain(frame), "wrong, bad_term: external term format: tag 80");
}

TEST_CASE("explain: a file is looked at, and nothing is left where a thumbnail would go") {
    const std::string folder = folder_with("in.png", "\x89PNG\r\n\x1a\n and more");
    const std::string request = "{make, 1, #{outputs => [#{width => 9, to => <<\"" + folder +
                                "/out.png\">>}]}, {path, <<\"" + folder + "/in.png\">>}}.";
    check_has(explain(request).lines, "in.png\", 17 bytes of png;");
    check_has(explain(request).lines, "; to the file \"" + folder + "/out.png\"");
    CHECK(std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()) == 1);
    std::filesystem::remove_all(folder);
}

TEST_CASE("explain: an output that fails costs itself alone, and the request when no other is left") {
    const auto with = [](const std::string& outputs) {
        return explain("{make, 1, #{outputs => [" + outputs + "]}, {bytes, <<255, 216, 255>>}}.");
    };
    const std::string unwritable = "#{width => 9, to => <<\"/there/is/none\">>}";
    check_has(with(unwritable).lines, "wrong, write_failed: \"/there/is/\"");
    CHECK(with(unwritable).lines.find("thumbnail 1") == std::string::npos);
    const auto [lines, well] = with(unwritable + ", #{width => 8}");
    CHECK(!well);
    check_has(lines, "thumbnail 1: #{width => 9, to => <<\"/there/is/none\">>}");
    check_has(lines, "; wrong, write_failed: \"/there/is/\"");
    check_has(lines, "; into the answer");
    const auto overlay = with("#{width => 9, overlay => {path, <<\"there/is/none\">>}}");
    CHECK_MESSAGE(overlay.lines.find("wrong, not_found: ") != std::string::npos, overlay.lines);
}

TEST_CASE("explain: a step that was added before its use is known, another is not") {
    const std::string use = "{make, 2, #{outputs => [#{width => 9, step => [{<<\"duotone\">>, []}]}]}, "
                            "{bytes, <<255, 216, 255>>}}.";
    check_has(explain(use).lines, "there is no step \"duotone\"");
    const std::string hash(64, 'a');
    const auto [lines, well] =
        explain("{add_step, 1, #{name => <<\"duotone\">>, hash => <<\"" + hash + "\">>}, {bytes, <<1, 2>>}}. " + use);
    CHECK_MESSAGE(well, lines);
    check_has(lines, "add step duotone from 2 bytes");
}

TEST_CASE("explain: the chunks of a stream are added up to their end") {
    const auto [lines, well] =
        explain("{make, 1, #{outputs => [#{width => 9}]}, stream}. {chunk, 1, <<255, 216, 255>>}. "
                "{chunk, 1, <<4>>}. {chunk, 1, eof}.");
    CHECK(well);
    check_has(lines, "make 1 from the chunks that follow");
    check_has(lines, "a chunk of 3 bytes for stream 1, 3 bytes so far");
    check_has(lines, "a chunk of 1 byte for stream 1, 4 bytes so far");
    check_has(lines, "the end of stream 1, 4 bytes of jpeg in all");
}

TEST_CASE("explain: a stream that has no end, no begin, no bytes or too many is wrong") {
    const std::string begin = "{probe, 1, #{}, stream}. ";
    check_has(explain(begin + "{chunk, 1, <<1>>}.").lines,
              "stream 1, 1 byte: wrong, bad_request: the input ended before");
    check_has(explain("{chunk, 1, <<1>>}.").lines, "wrong, bad_request: a chunk for 1, which is no open stream");
    check_has(explain(begin + "{chunk, 1, eof}.").lines, "wrong, empty_source");
    const auto [lines, well] = explain(begin + "{chunk, 1, <<1, 2, 3>>}. {chunk, 1, <<4>>}.", {.max_source_bytes = 2});
    CHECK(!well);
    check_has(lines, "wrong, too_large: the stream is longer than 2 bytes");
    check_has(lines, "a chunk for stream 1, dropped: its request was answered with an error");
}

TEST_CASE("explain: streams have the limits and the ids that they have in the server") {
    const std::string begin = "{probe, 1, #{}, stream}. ";
    check_has(explain(begin + begin).lines, "wrong, duplicate_id: the id 1 belongs to a request");
    const auto [lines, well] = explain(begin + "{probe, 2, #{}, stream}. {chunk, 2, <<1>>}.", {.max_streams = 1});
    CHECK(!well);
    check_has(lines, "wrong, bad_request: 1 streams are open already");
    check_has(lines, "a chunk for stream 2, dropped");
    check_has(explain(begin + "{chunk, 1, text}. {chunk, 1, <<1>>}.").lines, "a chunk for stream 1, dropped");
}
