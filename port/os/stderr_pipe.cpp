#include "os/stderr_pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace thumbnailer {

namespace {

Failure system_failure() { return {Reason::internal, std::string("a pipe for stderr: ") + std::strerror(errno)}; }

} // namespace

Result<StderrPipe> StderrPipe::open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return system_failure();
    Descriptor reading(ends[0]);
    const Descriptor writing(ends[1]);
    Descriptor original(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!original || ::dup2(writing.get(), STDERR_FILENO) < 0) return system_failure();
    return StderrPipe(std::move(original), std::move(reading));
}

StderrPipe::~StderrPipe() {
    if (!original_) return;
    const std::string rest = read();
    ::dup2(original_.get(), STDERR_FILENO);
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
}

std::string StderrPipe::read() {
    std::string text;
    std::array<char, 4096> chunk;
    // A pipe of 64 KiB; others may be writing to it meanwhile.
    for (int reads = 0; reads < 16; ++reads) {
        const ssize_t count = ::read(reading_.get(), chunk.data(), chunk.size());
        if (count <= 0) break;
        text.append(chunk.data(), static_cast<std::size_t>(count));
    }
    return text;
}

} // namespace thumbnailer
