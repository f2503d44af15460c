#include "text/print.h"
#include "text/reader/parse.h"

#include <doctest/doctest.h>

#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "base/term_limits.h"

using namespace thumbnailer;
using text::parse;
using text::print;

namespace {

// A directory that goes with the test.
class Directory {
public:
    Directory() : path_(std::filesystem::temp_directory_path() / "thumbnailer-text-XXXXXX") {
        std::string name = path_.string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Directory() { std::filesystem::remove_all(path_); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    std::string path(const std::string& name) const { return (path_ / name).string(); }
    std::string holding(const std::string& name, std::string_view bytes) const {
        std::ofstream(path(name), std::ios::binary) << bytes;
        return path(name);
    }

private:
    std::filesystem::path path_;
};

} // namespace

TEST_CASE("file reference: {file, Path} stands for the bytes of the file") {
    const Directory directory;
    const std::string bytes("\xff\xd8\0jpeg", 7);
    const std::string path = directory.holding("é.jpg", bytes);
    for (const std::string& written :
         {"{bytes, {file, \"" + path + "\"}}", "{bytes, {file, <<\"" + path + "\"/utf8>>}}"}) {
        CAPTURE(written);
        auto read = parse(written);
        REQUIRE_MESSAGE(read.has_value(), read.error().message);
        const text::OwnedTerms moved = std::move(*read);
        CHECK(moved.terms().front() == tuple(atom("bytes"), binary(bytes)));
    }
    const auto empty = parse("{file, \"" + directory.holding("empty", "") + "\"}");
    REQUIRE(empty.has_value());
    CHECK(empty->terms().front() == binary(""));
}

TEST_CASE("file reference: a file that cannot be spliced is an error that names the place and the path") {
    const Directory directory;
    const auto missing = parse("{bytes,\n {file, \"" + directory.path("none.jpg") + "\"}}");
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().reason == Reason::not_found);
    CHECK(missing.error().message ==
          "line 2, column 2: file " + directory.path("none.jpg") + ": No such file or directory");

    const auto folder = parse("{file, \"" + directory.path("") + "\"}");
    REQUIRE_FALSE(folder.has_value());
    CHECK(folder.error().reason == Reason::not_a_file);

    const auto endless = parse("{file, \"/dev/zero\"}");
    REQUIRE_FALSE(endless.has_value());
    CHECK(endless.error().reason == Reason::not_a_file);

    const auto number = parse("[{file, 7}]");
    REQUIRE_FALSE(number.has_value());
    CHECK(number.error().message == "line 1, column 2: {file, Path} needs a path: a string or a binary");
}

TEST_CASE("file reference: files come from the reader that is given, and without one the tuple stays") {
    const text::FileReader echo = [](const std::string& path) { return Result<std::string>("bytes of " + path); };
    const auto read = parse("[{file, \"a\"}, {file, \"a\", b}, {'file', <<\"c\">>}, file]", echo);
    REQUIRE(read.has_value());
    CHECK(print(read->terms().front()) == "[<<\"bytes of a\">>, {file, \"a\", b}, <<\"bytes of c\">>, file]");
    const auto kept = parse("{file, \"a\"}", nullptr);
    REQUIRE(kept.has_value());
    CHECK(print(kept->terms().front()) == "{file, \"a\"}");
}
