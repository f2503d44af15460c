// Opens the files of a request in the server; a worker gets only descriptors.
#pragma once

#include <string>

#include "os/roots.h"

namespace thumbnailer {

struct SourceFile {
    Descriptor descriptor;
    std::size_t size = 0;
};

// Fails with not_found, not_a_file, no_access, outside_roots, empty_source or too_large.
Result<SourceFile> open_source(const Roots& roots, const std::string& path, std::size_t max_bytes);

// For a source that is longer than `most`, whether it came as a file or as bytes.
Failure too_many_bytes(const std::string& what, std::size_t size, std::size_t most);

// A file that is written atomically: first without a name; commit gives it its name when it is complete and on disk.
class OutputFile {
public:
    // Fails with outside_roots or write_failed.
    // check: what can be said of the path without making a file.
    static Result<Done> check(const Roots& roots, const std::string& path);
    static Result<OutputFile> create(const Roots& roots, const std::string& path);

    OutputFile(OutputFile&&) = default;
    OutputFile& operator=(OutputFile&&) = default;
    ~OutputFile();

    int descriptor() const { return file_.get(); }
    const std::string& path() const { return path_; }
    // Gives the file its name; replaces an existing file.
    Result<Done> commit();

private:
    static Result<OutputFile> locate(const Roots& roots, const std::string& path);
    OutputFile(std::string path, std::string name, Descriptor directory)
        : path_(std::move(path)), name_(std::move(name)), directory_(std::move(directory)) {}

    std::string path_;
    std::string name_; // in the directory
    Descriptor directory_;
    Descriptor file_;
    std::string temporary_; // its name until commit; empty while it has none
};

} // namespace thumbnailer
