#include "thumbnail/bmp/bmp_runs.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace thumbnailer {

namespace {

Failure bad(const char* what) { return {Reason::bad_image, std::string("the runs of the bmp image ") + what}; }

class Unpacker {
public:
    explicit Unpacker(const BmpHeader& header)
        : runs_(header.runs), reader_(header.pixels), shown_(static_cast<std::uint64_t>(header.size.width)),
          width_(header.run_width()), height_(static_cast<std::uint64_t>(header.size.height)),
          samples_(header.runs == BmpRuns::rle24 ? 3 : 1), pixels_(width_ * height_ * samples_) {}

    Result<std::vector<std::uint8_t>> all() {
        for (;;) {
            const auto count = reader_.little_of(1);
            const auto value = reader_.little_of(1);
            // Some writers omit the end code.
            if (!value) return is_full() ? Result(std::move(pixels_)) : bad("are cut short");
            if (*count == 0 && *value == kEndOfBitmap) return std::move(pixels_);
            const bool taken = *count > 0 ? run(*count, *value) : escape(*value);
            if (!taken) return bad("leave the picture or are cut short");
        }
    }

private:
    static constexpr std::uint64_t kEndOfLine = 0;
    static constexpr std::uint64_t kEndOfBitmap = 1;
    static constexpr std::uint64_t kDelta = 2;

    bool is_full() const { return y_ >= height_ || (y_ + 1 == height_ && x_ >= shown_); }
    bool has_room(std::uint64_t count) const { return y_ < height_ && count <= width_ - x_; }
    std::uint8_t* at() { return pixels_.data() + (y_ * width_ + x_) * samples_; }

    bool run(std::uint64_t count, std::uint64_t value) {
        if (!has_room(count)) return false;
        if (runs_ == BmpRuns::rle24) {
            const auto rest = reader_.take(2); // behind blue
            if (!rest) return false;
            for (std::uint64_t index = 0; index < count; ++index) {
                at()[3 * index] = static_cast<std::uint8_t>(value);
                at()[3 * index + 1] = static_cast<std::uint8_t>((*rest)[0]);
                at()[3 * index + 2] = static_cast<std::uint8_t>((*rest)[1]);
            }
        } else if (runs_ == BmpRuns::rle8) {
            std::fill_n(at(), count, static_cast<std::uint8_t>(value));
        } else {
            for (std::uint64_t index = 0; index < count; ++index) at()[index] = nibble(value, index);
        }
        x_ += count;
        return true;
    }

    bool escape(std::uint64_t code) {
        if (code == kEndOfLine) {
            x_ = 0;
            ++y_;
            return y_ <= height_;
        }
        if (code == kDelta) {
            const auto right = reader_.little_of(1);
            const auto up = reader_.little_of(1);
            if (!up || *right > width_ - x_ || *up > height_ - y_) return false;
            x_ += *right;
            y_ += *up;
            return true;
        }
        return literal(code);
    }

    // Uncompressed pixels, padded to 16 bits.
    bool literal(std::uint64_t count) {
        const std::uint64_t bytes = runs_ == BmpRuns::rle4 ? (count + 1) / 2 : count * samples_;
        const auto stored = reader_.take(bytes);
        if (!stored || !has_room(count)) return false;
        if (bytes % 2 != 0) reader_.take(1);
        for (std::uint64_t index = 0; index < count * samples_; ++index) {
            const auto byte = static_cast<std::uint64_t>((*stored)[runs_ == BmpRuns::rle4 ? index / 2 : index]);
            at()[index] = runs_ == BmpRuns::rle4 ? nibble(byte, index) : static_cast<std::uint8_t>(byte);
        }
        x_ += count;
        return true;
    }

    static std::uint8_t nibble(std::uint64_t byte, std::uint64_t index) {
        return static_cast<std::uint8_t>(index % 2 == 0 ? byte >> 4 : byte & 15);
    }

    BmpRuns runs_;
    ByteReader reader_;
    std::uint64_t shown_; // of a row
    std::uint64_t width_;
    std::uint64_t height_;
    std::uint64_t samples_; // of a pixel, as it is unpacked
    std::uint64_t x_ = 0;
    std::uint64_t y_ = 0; // from the bottom
    std::vector<std::uint8_t> pixels_;
};

} // namespace

Result<std::vector<std::uint8_t>> unpack_runs(const BmpHeader& header) { return Unpacker(header).all(); }

} // namespace thumbnailer
