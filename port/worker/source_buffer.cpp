#include "worker/source_buffer.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

namespace thumbnailer {

namespace {

constexpr std::size_t kLeast = std::size_t{1} << 20;

Failure unreadable(const std::string& why) { return {Reason::internal, "reading the source: " + why}; }

} // namespace

Result<Bytes> SourceBuffer::take(int fd, std::size_t size) {
    if (size > kMostRead) {
        large_ = Mapping::of(fd, size);
        if (large_.size() == size) return large_.bytes();
        return unreadable(std::strerror(errno));
    }
    if (size > kept_.size()) kept_ = Mapping::anonymous(std::max(kLeast, std::bit_ceil(size)));
    for (std::size_t filled = 0; filled < size;) {
        const ssize_t count = ::pread(fd, kept_.data() + filled, size - filled, static_cast<off_t>(filled));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return unreadable(std::strerror(errno));
        if (count == 0)
            return Failure{Reason::bad_image, "the file was cut while it was read: " + std::to_string(filled) + " of " +
                                                  std::to_string(size) + " bytes are left"};
        filled += static_cast<std::size_t>(count);
    }
    return kept_.bytes().first(size);
}

void SourceBuffer::release() {
    kept_ = Mapping();
    large_ = Mapping();
}

} // namespace thumbnailer
