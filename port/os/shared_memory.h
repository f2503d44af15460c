// Mappings of memory, and memory that is passed to a worker as a descriptor. Mappings made here are not inherited by a
// fork (MADV_DONTFORK), so that the bytes of one image are never in the address space of another image's worker.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"
#include "os/descriptor.h"

namespace thumbnailer {

// A mapping of pages, unmapped with its owner.
class Mapping {
public:
    Mapping() = default;
    Mapping(Mapping&& other) noexcept
        : address_(std::exchange(other.address_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    Mapping& operator=(Mapping&& other) noexcept {
        std::swap(address_, other.address_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~Mapping();

    // Private pages of this process alone.
    static Mapping anonymous(std::size_t size);
    // `size` bytes of `fd` from its start, to be read. An empty mapping when the kernel refuses.
    static Mapping of(int fd, std::size_t size);

    std::byte* data() { return static_cast<std::byte*>(address_); }
    Bytes bytes() const { return {static_cast<const std::byte*>(address_), size_}; }
    std::size_t size() const { return size_; }

private:
    Mapping(void* address, std::size_t size) : address_(address), size_(size) {}
    void* address_ = nullptr;
    std::size_t size_ = 0;
};

// The memory of a source while its bytes arrive. It is never mapped for writing, so that its seal leaves nobody who can
// write.
class SourceMemory {
public:
    static Result<SourceMemory> create();

    // The one copy that is made of bytes.
    Result<Done> append(Bytes bytes);
    // As read(2): at most so many bytes of what there is in `fd`. Those of a pipe do not pass through this process,
    // others through `scratch`.
    ssize_t append_from(int fd, std::size_t most, std::span<std::byte> scratch);
    std::size_t size() const { return size_; }
    // No more bytes: sealed against writing, growing and shrinking.
    Result<Descriptor> seal() &&;

private:
    explicit SourceMemory(Descriptor memory) : memory_(std::move(memory)) {}
    Descriptor memory_;
    std::size_t size_ = 0;
};

// The bytes as a source, sealed.
Result<Descriptor> share_copy(Bytes bytes);

// Where a worker writes its thumbnails. It is never mapped by the server, so that nothing depends on its size.
Result<Descriptor> share_result();

struct MemorySize {
    std::uint64_t size = 0;
    std::uint64_t allocated = 0; // bytes of pages behind it, swapped out or not
};
MemorySize size_of_memory(int memory);

// It has the size that it has, for everybody and for ever. False when others have sealed it.
bool stop_growth(int memory);

// Bytes of this process alone, kept as long as somebody has them.
struct KeptBytes {
    std::shared_ptr<const std::byte[]> memory;
    std::size_t size = 0;
    Bytes bytes() const { return {memory.get(), size}; }
};

// A copy of its first `size` bytes, which nobody else can change. Its pages are freed, even when somebody keeps it
// open. Sealing it against writing would save the copy, but the kernel then waits, up to several milliseconds, until no
// other processor holds a page of it. Nothing when it is shorter.
std::optional<KeptBytes> take_copy(int memory, std::uint64_t size);

} // namespace thumbnailer
