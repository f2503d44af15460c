// Reads a WebAssembly binary (https://webassembly.github.io/spec/core/binary), which somebody else wrote. After the
// first fault it reads zeros and nothing: callers look at `fault` where they would act on what they read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_reader.h"
#include "base/bytes.h"
#include "base/failure.h"

namespace thumbnailer {

class ModuleReader {
public:
    explicit ModuleReader(Bytes bytes) : reader_(bytes) {}

    bool failed() const { return fault_.has_value(); }
    const std::optional<Failure>& fault() const { return fault_; }
    bool at_end() const { return failed() || reader_.left() == 0; }

    std::uint8_t byte();
    // LEB128, 32 bits, at most five bytes.
    std::uint32_t number();
    Bytes take(std::size_t count);
    std::string_view name();

    // Records what is wrong, unless something was wrong before.
    void fail(std::string what);

private:
    ByteReader reader_;
    std::optional<Failure> fault_;
};

} // namespace thumbnailer
