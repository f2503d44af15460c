// Images that killed workers, remembered for a while, so that one that is sent again and again kills no further worker.
// An image is identified by its size and the SHA-256 of its bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thumbnailer {

class Poison {
public:
    using Clock = std::chrono::steady_clock;

    // An image that killed `deaths` workers is refused for `period`; 0 deaths: none ever is.
    Poison(std::int64_t deaths, std::chrono::milliseconds period) : deaths_(deaths), period_(period) {}

    // An image, `size` bytes at `offset` of a descriptor, killed its worker. `step`: the hash of the step that ran on
    // it, which killed the worker together with this image; empty: none did.
    void record(int source, std::uint64_t offset, std::uint64_t size, Clock::time_point now,
                std::string_view step = {});
    // Whether it did so too often, alone or together with one of these steps. Reads the bytes only when a remembered
    // image has the same size.
    bool refuses(int source, std::uint64_t offset, std::uint64_t size, Clock::time_point now,
                 std::span<const std::string_view> steps = {});

private:
    struct Entry {
        std::uint64_t size;
        std::string digest;
        std::string step;
        std::int64_t deaths;
        Clock::time_point until;
    };
    void expire(Clock::time_point now);

    std::int64_t deaths_;
    std::chrono::milliseconds period_;
    std::vector<Entry> entries_; // oldest first
};

} // namespace thumbnailer
