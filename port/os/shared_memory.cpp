#include "os/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include "os/write_all.h"

namespace thumbnailer {

namespace {

Failure no_memory(const char* what) { return {Reason::internal, std::string(what) + ": " + std::strerror(errno)}; }

// Memory that can never be run as a program. Kernels before Linux 6.3 do not know the flag.
Descriptor create_memory(const char* name) {
    constexpr unsigned kNoExec = 8; // MFD_NOEXEC_SEAL
    constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    Descriptor memory(::memfd_create(name, kFlags | kNoExec));
    return memory || errno != EINVAL ? std::move(memory) : Descriptor(::memfd_create(name, kFlags));
}

} // namespace

Mapping::~Mapping() {
    if (address_ != nullptr) ::munmap(address_, size_);
}

Mapping Mapping::anonymous(std::size_t size) {
    void* address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == MAP_FAILED) throw std::bad_alloc();
    Mapping mapping(address, size);
    if (::madvise(address, size, MADV_DONTFORK) != 0) throw std::bad_alloc();
    return mapping;
}

Mapping Mapping::of(int fd, std::size_t size) {
    if (size == 0) return {};
    // Before Linux 6.7 memory that is sealed against writing can be mapped only as private. It is the same pages.
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (address == MAP_FAILED) return {};
    Mapping mapping(address, size);
    if (::madvise(address, size, MADV_DONTFORK) != 0) return {};
    return mapping;
}

Result<SourceMemory> SourceMemory::create() {
    Descriptor memory = create_memory("thumbnailer-source");
    if (!memory) return no_memory("memory for the source");
    return SourceMemory(std::move(memory));
}

Result<Done> SourceMemory::append(Bytes bytes) {
    if (!write_all(memory_.get(), bytes, size_)) return no_memory("memory for the source");
    size_ += bytes.size();
    return Done{};
}

ssize_t SourceMemory::append_from(int fd, std::size_t most, std::span<std::byte> scratch) {
    auto end = static_cast<off_t>(size_);
    ssize_t count = ::splice(fd, nullptr, memory_.get(), &end, most, SPLICE_F_NONBLOCK);
    if (count < 0 && errno == EINVAL) { // not a pipe
        count = ::read(fd, scratch.data(), std::min(most, scratch.size()));
        return count > 0 && !append(Bytes(scratch).first(static_cast<std::size_t>(count))) ? -1 : count;
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
    Descriptor memory = create_memory("thumbnailer-result");
    if (!memory) return no_memory("memory for the result");
    return memory;
}

MemorySize size_of_memory(int memory) {
    struct stat status {};
    if (::fstat(memory, &status) != 0) return {};
    return {static_cast<std::uint64_t>(status.st_size), static_cast<std::uint64_t>(status.st_blocks) * 512};
}

bool stop_growth(int memory) { return ::fcntl(memory, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SEAL) == 0; }

std::optional<KeptBytes> take_copy(int memory, std::uint64_t size) {
    // Not filled with zeros first: of a large thumbnail that would take as long as the copy.
    auto copy = std::make_shared_for_overwrite<std::byte[]>(size);
    std::uint64_t filled = 0;
    while (filled < size) {
        const ssize_t count = ::pread(memory, copy.get() + filled, size - filled, static_cast<off_t>(filled));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return std::nullopt;
        filled += static_cast<std::uint64_t>(count);
    }
    if (::ftruncate(memory, 0) != 0) return std::nullopt;
    return KeptBytes{std::move(copy), size};
}

} // namespace thumbnailer
