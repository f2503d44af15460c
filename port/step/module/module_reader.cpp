#include "step/module/module_reader.h"

#include <limits>

namespace thumbnailer {

namespace {

constexpr unsigned kBitsOfByte = 7;
constexpr unsigned kBitsOfNumber = 32;

} // namespace

std::uint8_t ModuleReader::byte() {
    const Bytes taken = take(1);
    return taken.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(taken[0]);
}

std::uint32_t ModuleReader::number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < kBitsOfNumber; shift += kBitsOfByte) {
        const std::uint8_t part = byte();
        value |= std::uint64_t{part & 0x7fU} << shift;
        if ((part & 0x80U) != 0) continue;
        if (value > std::numeric_limits<std::uint32_t>::max()) break;
        return static_cast<std::uint32_t>(value);
    }
    fail("a number does not fit 32 bits");
    return 0;
}

Bytes ModuleReader::take(std::size_t count) {
    if (failed()) return {};
    if (const auto taken = reader_.take(count)) return *taken;
    fail("the module ends too early");
    return {};
}

std::string_view ModuleReader::name() { return text_of(take(number())); }

void ModuleReader::fail(std::string what) {
    if (!failed()) fault_ = Failure{.reason = Reason::bad_step, .message = std::move(what)};
}

} // namespace thumbnailer
