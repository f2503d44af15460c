#include "thumbnail/hevc/hevc_config.h"

#include <doctest/doctest.h>

#include "support/heif_bytes.h"
#include "thumbnail/hevc/hevc_bits.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

// Writes bits from the highest of each byte on.
class BitWriter {
public:
    BitWriter& bits(std::uint32_t value, int count) {
        for (int bit = count - 1; bit >= 0; --bit) all_.push_back((value >> bit & 1) != 0);
        return *this;
    }
    // ue(v)
    BitWriter& number(std::uint32_t value) {
        int length = 0;
        while ((value + 1) >> (length + 1) != 0) ++length;
        return bits(0, length).bits(value + 1, length + 1);
    }
    std::string bytes() const {
        std::string bytes;
        for (std::size_t at = 0; at < all_.size(); at += 8) {
            int byte = 0;
            for (std::size_t bit = 0; bit < 8; ++bit)
                byte = byte << 1 | (at + bit < all_.size() && all_[at + bit] ? 1 : 0);
            bytes.push_back(static_cast<char>(byte));
        }
        return bytes;
    }

private:
    std::vector<bool> all_;
};

// A sequence parameter set up to the depth, which is as far as it is read.
std::string parameter_set(std::uint32_t width, std::uint32_t height, std::uint32_t chroma = 1, std::uint32_t depth = 8,
                          std::vector<std::uint32_t> window = {}) {
    BitWriter writer;
    writer.bits(33 << 9 | 1, 16).bits(0, 4).bits(0, 3).bits(1, 1);
    for (int byte = 0; byte < 12; ++byte) writer.bits(0xff, 8); // the profile; no byte of it keeps start codes out
    writer.number(0).number(chroma);
    if (chroma == 3) writer.bits(0, 1);
    writer.number(width).number(height).bits(window.empty() ? 0 : 1, 1);
    for (const std::uint32_t edge : window) writer.number(edge);
    return writer.number(depth - 8).number(depth - 8).bits(0xffff, 16).bytes();
}

std::string config_box(const std::vector<std::string>& units, int length_bytes = 4) {
    std::string box(21, '\0');
    box += big(0xfc | static_cast<std::uint64_t>(length_bytes - 1), 1) + big(1, 1) + big(33, 1) + big(units.size(), 2);
    for (const std::string& unit : units) box += big(unit.size(), 2) + unit;
    return box;
}

} // namespace

TEST_CASE("hevc config: the size, the sampling and the depth are those of the parameter set") {
    const auto format = [](const std::string& set) {
        const std::string box = config_box({set});
        const auto config = read_hevc_config(bytes_of(box));
        REQUIRE(config);
        return config->format;
    };
    CHECK(format(parameter_set(640, 480)) == CodedFormat{{640, 480}, {640, 480}, 1, 8});
    CHECK(format(parameter_set(640, 480, 0, 10)) == CodedFormat{{640, 480}, {640, 480}, 0, 10});
    CHECK(format(parameter_set(640, 480, 3, 12)) == CodedFormat{{640, 480}, {640, 480}, 3, 12});
    // Edges are counted in samples of colour.
    CHECK(format(parameter_set(648, 488, 1, 8, {1, 3, 0, 4})) == CodedFormat{{648, 488}, {640, 480}, 1, 8});
    CHECK(format(parameter_set(648, 488, 2, 8, {0, 4, 0, 8})) == CodedFormat{{648, 488}, {640, 480}, 2, 8});
    CHECK(format(parameter_set(648, 488, 3, 8, {0, 8, 8, 0})) == CodedFormat{{648, 488}, {640, 480}, 3, 8});
}

TEST_CASE("hevc config: a set-up that is cut short, has no size or two is damage") {
    const std::string sound = config_box({parameter_set(640, 480)});
    for (std::size_t length = 0; length < sound.size() - 4; ++length)
        CHECK(!read_hevc_config(bytes_of(sound.substr(0, length))));
    CHECK(!read_hevc_config(bytes_of(config_box({}))));
    CHECK(read_hevc_config(bytes_of(config_box({parameter_set(640, 480), parameter_set(640, 480)}))));
    CHECK(!read_hevc_config(bytes_of(config_box({parameter_set(640, 480), parameter_set(6400, 480)}))));
    CHECK(!read_hevc_config(bytes_of(config_box({parameter_set(640, 480, 1, 8, {200, 200, 0, 0})}))));
    CHECK(!read_hevc_config(bytes_of(config_box({parameter_set(3'000'000, 480)}))));
}

TEST_CASE("hevc units: each is as long as the number before it says") {
    const std::string box = config_box({parameter_set(640, 480)}, 2);
    const auto config = read_hevc_config(bytes_of(box));
    REQUIRE(config);
    const std::string data = big(3, 2) + "abc" + big(2, 2) + "de";
    const auto units = hevc_units(bytes_of(data), *config);
    REQUIRE(units);
    REQUIRE(units->size() == 2);
    CHECK(text_of((*units)[1]) == "de");
    for (const std::size_t length : {1U, 4U, 6U, 8U}) CHECK(!hevc_units(bytes_of(data.substr(0, length)), *config));
}

TEST_CASE("hevc units: one that would make the decoder's pictures larger is damage") {
    const std::string box = config_box({parameter_set(640, 480)});
    const auto config = read_hevc_config(bytes_of(box));
    const auto with = [](const std::string& unit) { return big(unit.size(), 4) + unit; };
    CHECK(hevc_units(bytes_of(with(parameter_set(640, 480))), *config));
    CHECK(!hevc_units(bytes_of(with(parameter_set(16384, 16384))), *config));
}

TEST_CASE("hevc bits: bytes that keep start codes out are skipped") {
    const std::string stored("\x01\0\0\3\x02\0\0\3\x01", 9);
    HevcBits bits(bytes_of(stored));
    CHECK(bits.take(32) == 0x01000002);
    CHECK(bits.take(24) == 0x000001);
    CHECK(!bits.take(1));
}

TEST_CASE("hevc bits: a number of more than 32 bits is none") {
    const std::string zeros(16, '\0');
    HevcBits bits(bytes_of(zeros));
    CHECK(!bits.number());
}
