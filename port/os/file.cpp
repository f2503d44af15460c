#include "os/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "text/quote.h"

namespace thumbnailer {

namespace {

// A file with a temporary name, for file systems without unnamed files (some network and overlay file systems).
bool lacks_unnamed_files(int error) { return error == EOPNOTSUPP || error == EISDIR || error == ENOENT; }

// All errors of an output are write_failed, because `not_found` and similar reasons are about the source.
Failure output_failure(Failure failure) {
    if (failure.reason != Reason::outside_roots) failure.reason = Reason::write_failed;
    return failure;
}

std::string temporary_name(const std::string& name, int descriptor) {
    // Unique by the process id, and by the descriptor within this process.
    return "." + name.substr(0, 200) + ".thumbnailer-" + std::to_string(::getpid()) + "-" + std::to_string(descriptor);
}

} // namespace

Failure too_many_bytes(const std::string& what, std::size_t size, std::size_t most) {
    return {.reason = Reason::too_large,
            .message = what + " has " + std::to_string(size) + " bytes: at most " + std::to_string(most) +
                       " are read (--max-source-bytes)",
            .limit = static_cast<std::int64_t>(most)};
}

Result<SourceFile> open_source(const Roots& roots, const std::string& path, std::size_t max_bytes) {
    // NONBLOCK, because opening a named pipe would wait for its writer.
    auto file = roots.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, Reason::no_access);
    if (!file) return std::move(file).error();
    struct stat status {};
    if (::fstat(file->get(), &status) != 0) return file_failure(Reason::no_access, path, errno);
    if (!S_ISREG(status.st_mode)) return Failure{Reason::not_a_file, quote_path(path) + " is not a regular file"};
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) return Failure{Reason::empty_source, quote_path(path) + " is empty"};
    if (size > max_bytes) return too_many_bytes(quote_path(path), size, max_bytes);
    return SourceFile{std::move(*file), size};
}

Result<OutputFile> OutputFile::locate(const Roots& roots, const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    auto folder = roots.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, Reason::write_failed);
    if (!folder) return output_failure(std::move(folder).error());
    OutputFile output(path, name, std::move(*folder));
    struct stat status {};
    if (name.empty() || (::fstatat(output.directory_.get(), name.c_str(), &status, 0) == 0 && !S_ISREG(status.st_mode)))
        return Failure{Reason::write_failed, quote_path(path) + " is not a regular file"};
    return output;
}

Result<Done> OutputFile::check(const Roots& roots, const std::string& path) {
    const auto located = locate(roots, path);
    if (!located) return located.error();
    return Done{};
}

Result<OutputFile> OutputFile::create(const Roots& roots, const std::string& path) {
    auto located = locate(roots, path);
    if (!located) return located;
    OutputFile& output = *located;
    const std::string& name = output.name_;
    output.file_ = Descriptor(::openat(output.directory_.get(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666));
    if (!output.file_ && lacks_unnamed_files(errno)) {
        const std::string temporary = temporary_name(name, output.directory_.get());
        output.file_ = Descriptor(
            ::openat(output.directory_.get(), temporary.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666));
        if (output.file_) output.temporary_ = temporary;
    }
    if (!output.file_) return output_failure(file_failure(Reason::write_failed, path, errno));
    return located;
}

OutputFile::~OutputFile() {
    if (directory_ && !temporary_.empty()) ::unlinkat(directory_.get(), temporary_.c_str(), 0);
}

Result<Done> OutputFile::commit() {
    if (temporary_.empty()) {
        // A file can only be linked to a new name. To replace a file it first gets a temporary name, which is left
        // behind if the process is killed before the rename.
        const std::string unnamed = "/proc/self/fd/" + std::to_string(file_.get());
        if (::linkat(AT_FDCWD, unnamed.c_str(), directory_.get(), name_.c_str(), AT_SYMLINK_FOLLOW) == 0) return Done{};
        const std::string temporary = temporary_name(name_, file_.get());
        ::unlinkat(directory_.get(), temporary.c_str(), 0);
        if (::linkat(AT_FDCWD, unnamed.c_str(), directory_.get(), temporary.c_str(), AT_SYMLINK_FOLLOW) != 0)
            return output_failure(file_failure(Reason::write_failed, path_, errno));
        temporary_ = temporary;
    }
    if (::renameat(directory_.get(), temporary_.c_str(), directory_.get(), name_.c_str()) != 0)
        return output_failure(file_failure(Reason::write_failed, path_, errno));
    temporary_.clear();
    return Done{};
}

} // namespace thumbnailer
