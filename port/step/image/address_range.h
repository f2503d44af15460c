// Addresses that nothing else will get, unmapped with their owner. Nothing is there until something is mapped into it.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <utility>

namespace thumbnailer {

class AddressRange {
public:
    AddressRange() = default;
    // Empty when the kernel refuses; errno says why.
    static AddressRange reserve(std::size_t size) {
        void* address = ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        return address == MAP_FAILED ? AddressRange() : AddressRange(address, size);
    }
    AddressRange(AddressRange&& other) noexcept
        : address_(std::exchange(other.address_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    AddressRange& operator=(AddressRange&& other) noexcept {
        std::swap(address_, other.address_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~AddressRange() {
        if (address_ != nullptr) ::munmap(address_, size_);
    }

    explicit operator bool() const { return address_ != nullptr; }
    std::byte* begin() const { return static_cast<std::byte*>(address_); }
    std::size_t size() const { return size_; }
    bool contains(const void* address) const {
        const auto* at = static_cast<const std::byte*>(address);
        return address_ != nullptr && at >= begin() && at < begin() + size_;
    }

private:
    AddressRange(void* address, std::size_t size) : address_(address), size_(size) {}
    void* address_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace thumbnailer
