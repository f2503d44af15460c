#include "cli/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "os/descriptor.h"
#include "text/quote.h"

namespace thumbnailer {

namespace {

bool write_all(int file, Bytes bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
}

} // namespace

Result<Done> write_atomically(const std::string& path, Bytes bytes, mode_t mode) {
    const std::string temporary = path + "." + std::to_string(::getpid()) + ".part";
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    const bool written = file && write_all(file.get(), bytes) && ::fchmod(file.get(), mode) == 0 &&
                         ::fsync(file.get()) == 0 && ::rename(temporary.c_str(), path.c_str()) == 0;
    if (written) return Done{};
    const int error = errno;
    if (file) ::unlink(temporary.c_str());
    return Failure{Reason::write_failed, quote_path(path) + " cannot be written: " + std::strerror(error)};
}

} // namespace thumbnailer
