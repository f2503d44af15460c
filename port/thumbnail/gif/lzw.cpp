#include "thumbnail/gif/lzw.h"

#include <algorithm>

namespace thumbnailer {

namespace {

constexpr int kMostBits = 12;
constexpr std::uint32_t kMostCodes = 1U << kMostBits;

// Codes of growing size, the first bit lowest, in blocks that begin with their length.
class CodeWriter {
public:
    explicit CodeWriter(std::vector<std::byte>& file) : file_(file) {}

    void write(std::uint32_t code, int size) {
        bits_ |= code << filled_;
        filled_ += size;
        for (; filled_ >= 8; filled_ -= 8, bits_ >>= 8) push(static_cast<std::byte>(bits_));
    }
    void finish() {
        if (filled_ > 0) push(static_cast<std::byte>(bits_));
        close_block();
        file_.push_back(std::byte{0});
    }

private:
    static constexpr std::size_t kBlock = 255;

    void push(std::byte byte) {
        if (length_ == 0) {
            begin_ = file_.size();
            file_.push_back(std::byte{0});
        }
        file_.push_back(byte);
        if (++length_ == kBlock) close_block();
    }
    void close_block() {
        if (length_ > 0) file_[begin_] = static_cast<std::byte>(length_);
        length_ = 0;
    }

    std::vector<std::byte>& file_;
    std::size_t begin_ = 0;
    std::size_t length_ = 0;
    std::uint32_t bits_ = 0;
    int filled_ = 0;
};

// The strings that have a code: a shorter string, by its code, and one more index.
class Dictionary {
public:
    Dictionary() : entries_(kSize) {}

    void clear() { std::ranges::fill(entries_, kEmpty); }
    // The code of the string; when it has none, the place to put it.
    struct Found {
        std::size_t place;
        bool known;
        std::uint32_t code;
    };
    Found find(std::uint32_t prefix, std::uint8_t index) const {
        const std::uint32_t key = prefix << 8 | index;
        for (std::size_t place = (key * 0x9e3779b1U) >> kHashShift;; place = (place + 1) % kSize) {
            const std::uint32_t entry = entries_[place];
            if (entry == kEmpty || entry >> kMostBits == key) return {place, entry != kEmpty, entry & (kMostCodes - 1)};
        }
    }
    void put(std::size_t place, std::uint32_t prefix, std::uint8_t index, std::uint32_t code) {
        entries_[place] = (prefix << 8 | index) << kMostBits | code;
    }

private:
    static constexpr std::size_t kSize = 1U << 14; // four times as many as there are codes
    static constexpr int kHashShift = 32 - 14;
    static constexpr std::uint32_t kEmpty = ~0U; // no string: a code is greater than that of its beginning
    std::vector<std::uint32_t> entries_;
};

} // namespace

void append_lzw(std::vector<std::byte>& file, const FrameIndices& indices, int bits) {
    const int first_size = std::max(2, bits);
    const std::uint32_t clear = 1U << first_size;
    file.push_back(static_cast<std::byte>(first_size));
    CodeWriter writer(file);
    Dictionary dictionary;
    int size = 0;
    std::uint32_t next = kMostCodes;
    writer.write(clear, first_size + 1);
    const auto begin_anew = [&] {
        dictionary.clear();
        size = first_size + 1;
        next = clear + 2;
    };
    begin_anew();
    std::uint32_t prefix = indices.first.front();
    for (std::size_t at = 1; at < indices.first.size(); ++at) {
        const std::uint8_t index = indices.first[at];
        const auto found = dictionary.find(prefix, index);
        if (found.known) {
            prefix = found.code;
            continue;
        }
        if (indices.other[at] != index)
            if (const auto other = dictionary.find(prefix, indices.other[at]); other.known) {
                prefix = other.code;
                continue;
            }
        writer.write(prefix, size);
        if (next < kMostCodes) {
            dictionary.put(found.place, prefix, index, next);
            if (next++ == 1U << size) ++size; // the reader knows it one code later
        } else {
            writer.write(clear, size);
            begin_anew();
        }
        prefix = index;
    }
    writer.write(prefix, size);
    // Behind the last code the reader has one string more, too.
    if (next == 1U << size && size < kMostBits) ++size;
    writer.write(clear + 1, size);
    writer.finish();
}

} // namespace thumbnailer
