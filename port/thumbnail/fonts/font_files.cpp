#include "thumbnail/fonts/font_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <mutex>

#include "os/channel.h"
#include "os/descriptor.h"

namespace thumbnailer {

namespace {

// open() has no argument for this, so it is the only global state of the program. It is written before any thread
// exists, and only read afterwards.
struct FontFiles {
    std::vector<std::string> kept; // at kFirstFont and on
    bool recording = false;
    std::mutex recorded; // the font libraries may open files in threads of their own
    std::vector<std::string> opened;
};

FontFiles& files() {
    static FontFiles all;
    return all;
}

// The descriptor of a kept file; negative: the path is not one of them.
int kept_at(const char* path) {
    const auto& kept = files().kept;
    for (std::size_t index = 0; path != nullptr && index < kept.size(); ++index)
        if (kept[index] == path) return kFirstFont + static_cast<int>(index);
    return -1;
}

int open_path(const char* path, int flags, mode_t mode) {
    const int kept = kept_at(path);
    if (kept >= 0) {
        const int copy = ::dup(kept);
        if (copy >= 0) ::lseek(copy, 0, SEEK_SET);
        return copy;
    }
    const int opened = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
    if (opened >= 0 && files().recording) {
        const std::lock_guard lock(files().recorded);
        files().opened.emplace_back(path);
    }
    return opened;
}

int open_with(const char* path, int flags, va_list arguments) {
    const bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    return open_path(path, flags, creates ? static_cast<mode_t>(va_arg(arguments, unsigned)) : 0);
}

} // namespace

Result<Done> keep_font_files(std::vector<std::string> paths) {
    if (paths.size() > kMaxFonts)
        return Failure{Reason::bad_option, "--fonts: " + std::to_string(paths.size()) + " font files: at most " +
                                               std::to_string(kMaxFonts) + " are kept"};
    int place = kFirstFont;
    for (const std::string& path : paths) {
        const Descriptor file(open_path(path.c_str(), O_RDONLY | O_CLOEXEC, 0));
        if (!file || ::dup3(file.get(), place, O_CLOEXEC) < 0)
            return Failure{Reason::bad_option, "--fonts: " + path + ": " + std::strerror(errno)};
        ++place;
    }
    files().kept = std::move(paths);
    return Done{};
}

void record_opened_files() { files().recording = true; }
std::vector<std::string> opened_files() { return files().opened; }

} // namespace thumbnailer

// Under the names of the C library; declared by their symbols, because its headers declare these names themselves.
extern "C" {
[[gnu::visibility("default")]] int thumbnailer_open(const char* path, int flags, ...) __asm__("open");
[[gnu::visibility("default")]] int thumbnailer_open64(const char* path, int flags, ...) __asm__("open64");
[[gnu::visibility("default")]] int thumbnailer_access(const char* path, int mode) __asm__("access");
// glibc asks by a path that is empty, a call that a worker may not make; so the number of the old call.
[[gnu::visibility("default")]] int thumbnailer_fstat(int descriptor, struct stat* status) __asm__("fstat");
[[gnu::visibility("default")]] int thumbnailer_fstat64(int descriptor, struct stat* status) __asm__("fstat64");

int thumbnailer_open(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const int descriptor = thumbnailer::open_with(path, flags, arguments);
    va_end(arguments);
    return descriptor;
}

int thumbnailer_open64(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const int descriptor = thumbnailer::open_with(path, flags, arguments);
    va_end(arguments);
    return descriptor;
}

int thumbnailer_access(const char* path, int mode) {
    if (thumbnailer::kept_at(path) >= 0 && (mode & (W_OK | X_OK)) == 0) return 0;
    return static_cast<int>(::syscall(SYS_faccessat, AT_FDCWD, path, mode));
}

int thumbnailer_fstat(int descriptor, struct stat* status) {
    return static_cast<int>(::syscall(SYS_fstat, descriptor, status));
}

int thumbnailer_fstat64(int descriptor, struct stat* status) {
    return static_cast<int>(::syscall(SYS_fstat, descriptor, status));
}
}
