#include "os/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

namespace thumbnailer {

namespace {

constexpr std::size_t kPiece = std::size_t{64} * 1024;

Failure no_memory(const char* what) { return {Reason::internal, std::string(what) + ": " + std::strerror(errno)}; }

} // namespace

Mapping::~Mapping() {
    if (address_ != nullptr) ::munmap(address_, size_);
}

Mapping Mapping::anonymous(std::size_t size) {
    void* address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) throw std::bad_alloc();
    ::madvise(address, size, MADV_DONTFORK);
    return {address, size};
}

Mapping Mapping::of(int fd, std::size_t size) {
    if (size == 0) return {};
    // Before Linux 6.7 memory that is sealed against writing can be mapped only as private. It is the same pages.
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (address == MAP_FAILED) return {};
    ::madvise(address, size, MADV_DONTFORK);
    return {address, size};
}

Result<SourceMemory> SourceMemory::create() {
    Descriptor memory(::memfd_create("thumbnailer-source", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!memory) return no_memory("memory for the source");
    return SourceMemory(std::move(memory));
}

Result<Done> SourceMemory::append(Bytes bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::pwrite(memory_.get(), bytes.data(), bytes.size(), static_cast<off_t>(size_));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return no_memory("memory for the source");
        size_ += static_cast<std::size_t>(count);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return Done{};
}

ssize_t SourceMemory::append_from(int fd, std::size_t most) {
    auto end = static_cast<off_t>(size_);
    ssize_t count = ::splice(fd, nullptr, memory_.get(), &end, most, SPLICE_F_NONBLOCK);
    if (count < 0 && errno == EINVAL) { // not a pipe
        std::array<std::byte, kPiece> piece;
        count = ::read(fd, piece.data(), std::min(most, piece.size()));
        return count > 0 && !append(Bytes(piece).first(static_cast<std::size_t>(count))) ? -1 : count;
    }
    if (count > 0) size_ += static_cast<std::size_t>(count);
    return count;
}

Result<Descriptor> SourceMemory::seal() && {
    if (::fcntl(memory_.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return no_memory("sealing the source");
    return std::move(memory_);
}

Result<Descriptor> share_copy(Bytes bytes) {
    auto memory = SourceMemory::create();
    if (!memory) return std::move(memory).error();
    if (auto copied = memory->append(bytes); !copied) return std::move(copied).error();
    return std::move(*memory).seal();
}

Result<Descriptor> share_result() {
    Descriptor memory(::memfd_create("thumbnailer-result", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!memory || ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK) != 0) return no_memory("memory for the result");
    return memory;
}

} // namespace thumbnailer
