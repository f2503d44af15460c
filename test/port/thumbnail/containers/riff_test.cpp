#include "thumbnail/containers/riff.h"

#include <doctest/doctest.h>

#include <string>

using namespace thumbnailer;

namespace {

std::string chunk(const std::string& name, const std::string& contents) {
    const std::string padding = contents.size() % 2 == 0 ? "" : std::string(1, '\0');
    return name + std::string{static_cast<char>(contents.size()), '\0', '\0', '\0'} + contents + padding;
}

std::string webp(const std::string& chunks) { return "RIFF1234WEBP" + chunks; }

std::string found(const std::string& file, std::string_view name) {
    const auto contents = riff_chunk(bytes_of(file), name);
    return contents ? std::string(text_of(*contents)) : "none";
}

} // namespace

TEST_CASE("riff: a chunk is found by its name, the first of several, also behind one of odd length") {
    const std::string file =
        webp(chunk("VP8X", "odd") + chunk("ICCP", "profile!") + chunk("ICCP", "") + chunk("VP8 ", ""));
    CHECK(found(file, "VP8X") == "odd");
    CHECK(found(file, "ICCP") == "profile!");
    CHECK(found(file, "VP8 ").empty());
    CHECK(found(file, "EXIF") == "none");
}

TEST_CASE("riff: what a file does not hold to its end is not found") {
    const std::string file = webp(chunk("VP8 ", "1234") + chunk("ICCP", "profile!"));
    for (std::size_t length = 0; length < file.size(); ++length) CHECK(found(file.substr(0, length), "ICCP") == "none");
    CHECK(found(webp(std::string("ICCP\xff\xff\xff\xff", 8) + "1234"), "ICCP") == "none");
}
