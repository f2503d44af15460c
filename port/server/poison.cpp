#include "server/poison.h"

#include <nettle/sha2.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace thumbnailer {

namespace {

constexpr std::size_t kMaxEntries = 256;

class Digest {
public:
    Digest() { sha256_init(&context_); }

    void add(int source, std::uint64_t offset, std::uint64_t size) {
        std::array<std::uint8_t, 65536> chunk{};
        while (size > 0) {
            const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, chunk.size()));
            const ssize_t count = ::pread(source, chunk.data(), wanted, static_cast<off_t>(offset));
            if (count <= 0) return;
            sha256_update(&context_, static_cast<std::size_t>(count), chunk.data());
            offset += static_cast<std::uint64_t>(count);
            size -= static_cast<std::uint64_t>(count);
        }
    }

    std::string bytes() {
        std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest{};
        sha256_digest(&context_, digest.size(), digest.data());
        return {digest.begin(), digest.end()};
    }

private:
    sha256_ctx context_{};
};

// Of all bytes: an image with the same ends as a killer would be taken for it.
std::string digest_of(int source, std::uint64_t offset, std::uint64_t size) {
    Digest digest;
    digest.add(source, offset, size);
    return digest.bytes();
}

} // namespace

void Poison::record(int source, std::uint64_t offset, std::uint64_t size, Clock::time_point now,
                    std::string_view step) {
    if (deaths_ == 0) return;
    expire(now);
    const std::string digest = digest_of(source, offset, size);
    auto entry = std::ranges::find_if(
        entries_, [&](const Entry& each) { return each.size == size && each.digest == digest && each.step == step; });
    const std::int64_t before = entry == entries_.end() ? 0 : entry->deaths;
    if (entry != entries_.end()) entries_.erase(entry);
    if (entries_.size() == kMaxEntries) entries_.erase(entries_.begin());
    entries_.push_back({size, digest, std::string(step), before + 1, now + period_});
}

bool Poison::refuses(int source, std::uint64_t offset, std::uint64_t size, Clock::time_point now,
                     std::span<const std::string_view> steps) {
    expire(now);
    const auto concerns = [&](const Entry& each) {
        return each.step.empty() || std::ranges::find(steps, each.step) != steps.end();
    };
    const auto suspect = [&](const Entry& each) {
        return each.size == size && each.deaths >= deaths_ && concerns(each);
    };
    if (std::ranges::none_of(entries_, suspect)) return false;
    const std::string digest = digest_of(source, offset, size);
    return std::ranges::any_of(entries_, [&](const Entry& each) { return suspect(each) && each.digest == digest; });
}

void Poison::expire(Clock::time_point now) {
    std::erase_if(entries_, [&](const Entry& each) { return each.until <= now; });
}

} // namespace thumbnailer
