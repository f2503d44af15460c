#include "os/file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace thumbnailer;
namespace fs = std::filesystem;

namespace {

const Roots kAnywhere;

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
    CHECK(open_source(kAnywhere, folder / "a.jpg", 5)->size == 5);
}

TEST_CASE("file: what is no readable file of a fitting size is refused with its reason and its path") {
    const Folder folder;
    folder.put("empty", "");
    folder.put("large", "123456");
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(reason_of(open_source(kAnywhere, folder / "missing", 5)) == Reason::not_found);
    CHECK(reason_of(open_source(kAnywhere, folder / "large/inside", 5)) == Reason::not_found);
    CHECK(reason_of(open_source(kAnywhere, folder / "", 5)) == Reason::not_a_file);
    CHECK(reason_of(open_source(kAnywhere, folder / "pipe", 5)) == Reason::not_a_file);
    CHECK(reason_of(open_source(kAnywhere, "/dev/zero", 5)) == Reason::not_a_file);
    CHECK(reason_of(open_source(kAnywhere, folder / "empty", 5)) == Reason::empty_source);
    CHECK(reason_of(open_source(kAnywhere, folder / "large", 5)) == Reason::too_large);
    CHECK(reason_of(open_source(kAnywhere, std::string(5000, 'x'), 5)) == Reason::not_found);
    CHECK(open_source(kAnywhere, folder / "mi\xff\n", 5).error().message.find("mi\\xff\\x0a\"") != std::string::npos);
}

TEST_CASE("file: an output appears under its name when it is committed, and not before") {
    const Folder folder;
    auto file = OutputFile::create(kAnywhere, folder / "out.webp");
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
        auto file = OutputFile::create(kAnywhere, folder / "out.webp");
        write(*file, "half of a thumb");
    }
    CHECK(folder.get("out.webp") == "old");
    CHECK(folder.files() == 1);
}

TEST_CASE("file: a committed output takes the place of an old file, whatever its length") {
    const Folder folder;
    folder.put("out.webp", "a longer old thumbnail");
    auto file = OutputFile::create(kAnywhere, folder / "out.webp");
    write(*file, "new");
    CHECK(file->commit());
    CHECK(folder.get("out.webp") == "new");
}

TEST_CASE("file: an output that cannot be is refused before any work") {
    const Folder folder;
    fs::create_directory(folder / "taken");
    for (const char* name : {"missing/out.webp", "taken", "taken/"})
        CHECK(reason_of(OutputFile::create(kAnywhere, folder / name)) == Reason::write_failed);
}

TEST_CASE("file: with roots, what lies in them is opened and made") {
    const Folder folder;
    fs::create_directory(folder / "inside");
    folder.put("inside/a.jpg", "12345");
    const auto roots = Roots::open({folder / "inside"});
    REQUIRE(roots);
    CHECK(open_source(*roots, folder / "inside/a.jpg", 5));
    CHECK(open_source(*roots, folder / "inside/../inside/a.jpg", 5).has_value() == false);
    auto made = OutputFile::create(*roots, folder / "inside/b.jpg");
    REQUIRE(made);
    CHECK(made->commit());
    CHECK(fs::exists(folder / "inside/b.jpg"));
}

TEST_CASE("file: with roots, no path, link or device leads out of them") {
    const Folder folder;
    fs::create_directory(folder / "inside");
    folder.put("secret", "12345");
    fs::create_symlink(folder / "secret", folder / "inside/link");
    fs::create_symlink("../secret", folder / "inside/relative");
    fs::create_symlink(folder / "", folder / "inside/up");
    fs::create_directory(folder / "inside-out");
    folder.put("inside-out/a", "1");
    const auto roots = Roots::open({folder / "inside"});
    REQUIRE(roots);
    for (const char* path :
         {"secret", "inside/link", "inside/relative", "inside/../secret", "inside/up/secret", "inside-out/a"}) {
        CAPTURE(path);
        CHECK(reason_of(open_source(*roots, folder / path, 5)) == Reason::outside_roots);
    }
    CHECK(reason_of(open_source(*roots, "/proc/self/fd/0", 5)) == Reason::outside_roots);
    CHECK(reason_of(OutputFile::create(*roots, folder / "out.jpg")) == Reason::outside_roots);
    CHECK(reason_of(OutputFile::create(*roots, folder / "inside/up/out.jpg")) == Reason::outside_roots);
    CHECK(!fs::exists(folder / "out.jpg"));
}

TEST_CASE("file: a root that was replaced is the one that is there now") {
    const Folder folder;
    fs::create_directory(folder / "first");
    fs::create_directory(folder / "second");
    folder.put("second/a.jpg", "12345");
    fs::create_directory_symlink(folder / "first", folder / "current");
    const auto roots = Roots::open({folder / "current"});
    REQUIRE(roots);
    CHECK(reason_of(open_source(*roots, folder / "current/a.jpg", 5)) == Reason::not_found);
    fs::remove(folder / "current");
    CHECK(reason_of(open_source(*roots, folder / "current/a.jpg", 5)) == Reason::not_found);
    fs::create_directory_symlink(folder / "second", folder / "current");
    CHECK(open_source(*roots, folder / "current/a.jpg", 5));
}

TEST_CASE("file: a folder is the same by whatever link it is reached") {
    const Folder folder;
    fs::create_directory(folder / "inside");
    folder.put("inside/a.jpg", "12345");
    folder.put("secret", "12345");
    fs::create_symlink(folder / "secret", folder / "inside/link");
    fs::create_directory_symlink(folder / "inside", folder / "linked");
    for (const char* root : {"inside", "linked"}) {
        CAPTURE(root);
        const auto roots = Roots::open({folder / root});
        REQUIRE(roots);
        CHECK(open_source(*roots, folder / "inside/a.jpg", 5));
        CHECK(open_source(*roots, folder / "linked/a.jpg", 5));
        CHECK(OutputFile::create(*roots, folder / "linked/b.jpg"));
        for (const char* path : {"secret", "inside/link", "linked/link", "linked/../secret"})
            CHECK(reason_of(open_source(*roots, folder / path, 5)) == Reason::outside_roots);
    }
}

TEST_CASE("file: a root that is no folder is refused") {
    CHECK(reason_of(Roots::open({"/nonexistent"})) == Reason::not_found);
    CHECK(reason_of(Roots::open({"/etc/passwd"})) == Reason::not_found);
}
