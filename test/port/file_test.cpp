#include "file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace thumbnailer;
namespace fs = std::filesystem;

namespace {

class Folder {
public:
    Folder() : path_(fs::temp_directory_path() / ("thumbnailer-file-test-" + std::to_string(::getpid()))) {
        fs::remove_all(path_);
        fs::create_directory(path_);
    }
    ~Folder() { fs::remove_all(path_); }

    std::string operator/(const std::string& name) const { return path_ / name; }
    void put(const std::string& name, const std::string& content) const { std::ofstream(path_ / name) << content; }
    std::string get(const std::string& name) const {
        std::ifstream file(path_ / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
    }

private:
    fs::path path_;
};

Reason reason_of(const auto& result) {
    REQUIRE(!result);
    return result.error().reason;
}

void write(const OutputFile& file, const std::string& content) {
    REQUIRE(::pwrite(file.descriptor(), content.data(), content.size(), 0) == static_cast<ssize_t>(content.size()));
}

} // namespace

TEST_CASE("file: a regular file is opened with its size") {
    const Folder folder;
    folder.put("a.jpg", "12345");
    CHECK(open_source(folder / "a.jpg", 5)->size == 5);
}

TEST_CASE("file: what is no readable file of a fitting size is refused with its reason and its path") {
    const Folder folder;
    folder.put("empty", "");
    folder.put("large", "123456");
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(reason_of(open_source(folder / "missing", 5)) == Reason::not_found);
    CHECK(reason_of(open_source(folder / "large/inside", 5)) == Reason::not_found);
    CHECK(reason_of(open_source(folder / "", 5)) == Reason::not_a_file);
    CHECK(reason_of(open_source(folder / "pipe", 5)) == Reason::not_a_file);
    CHECK(reason_of(open_source("/dev/zero", 5)) == Reason::not_a_file);
    CHECK(reason_of(open_source(folder / "empty", 5)) == Reason::empty_source);
    CHECK(reason_of(open_source(folder / "large", 5)) == Reason::too_large);
    CHECK(reason_of(open_source(std::string(5000, 'x'), 5)) == Reason::not_found);
    CHECK(open_source(folder / "mi\xff\n", 5).error().message.find("mi\\xff\\x0a\"") != std::string::npos);
}

TEST_CASE("file: an output appears under its name when it is committed, and not before") {
    const Folder folder;
    auto file = OutputFile::create(folder / "out.webp");
    REQUIRE(file);
    write(*file, "thumbnail");
    CHECK(folder.files() == 0);
    CHECK(file->commit());
    CHECK(folder.get("out.webp") == "thumbnail");
    CHECK(folder.files() == 1);
}

TEST_CASE("file: an output that is not committed leaves nothing, and the old file as it was") {
    const Folder folder;
    folder.put("out.webp", "old");
    {
        auto file = OutputFile::create(folder / "out.webp");
        write(*file, "half of a thumb");
    }
    CHECK(folder.get("out.webp") == "old");
    CHECK(folder.files() == 1);
}

TEST_CASE("file: a committed output takes the place of an old file, whatever its length") {
    const Folder folder;
    folder.put("out.webp", "a longer old thumbnail");
    auto file = OutputFile::create(folder / "out.webp");
    write(*file, "new");
    CHECK(file->commit());
    CHECK(folder.get("out.webp") == "new");
}

TEST_CASE("file: an output that cannot be is refused before any work") {
    const Folder folder;
    fs::create_directory(folder / "taken");
    CHECK(reason_of(OutputFile::create(folder / "missing/out.webp")) == Reason::not_found);
    CHECK(reason_of(OutputFile::create(folder / "taken")) == Reason::not_a_file);
    CHECK(reason_of(OutputFile::create(folder / "taken/")) == Reason::not_a_file);
}
