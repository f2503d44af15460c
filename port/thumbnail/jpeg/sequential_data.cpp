#include "thumbnail/jpeg/sequential_data.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "thumbnail/jpeg/bit_stream.h"
#include "thumbnail/jpeg/huffman.h"
#include "thumbnail/jpeg/segments.h"

namespace thumbnailer {

namespace {

constexpr std::size_t kMostComponents = 4;
constexpr std::size_t kCoefficients = 64;

std::uint64_t ceiling(std::uint64_t value, std::uint64_t by) { return (value + by - 1) / by; }

struct Component {
    std::uint64_t id = 0;
    std::uint64_t across = 1; // blocks of an MCU
    std::uint64_t down = 1;
    bool read = false;
};

struct Frame {
    std::uint64_t width = 0;
    std::uint64_t height = 0;
    std::vector<Component> components;

    std::uint64_t most(std::uint64_t Component::*sampling) const {
        std::uint64_t most = 1;
        for (const Component& component : components) most = std::max(most, component.*sampling);
        return most;
    }
};

// A part of a scan: a component, and its tables.
struct Part {
    Component* component = nullptr;
    const HuffmanTable* dc = nullptr;
    const HuffmanTable* ac = nullptr;
};

using Tables = std::array<std::optional<HuffmanTable>, 8>; // four of DC, four of AC

bool take_tables(Bytes contents, Tables& tables) {
    ByteReader reader(contents);
    while (reader.left() > 0) {
        const auto place = reader.unsigned_of(1);
        const auto counts = reader.take(16);
        if (!counts || (*place & 0xf) > 3 || *place >> 4 > 1) return false;
        std::size_t count = 0;
        for (const std::byte each : *counts) count += static_cast<std::size_t>(each);
        const auto symbols = count <= 256 ? reader.take(count) : std::nullopt;
        if (!symbols) return false;
        tables[(*place >> 4) * 4 + (*place & 3)].emplace(*counts, *symbols);
    }
    return true;
}

std::optional<Frame> read_frame(Bytes contents) {
    ByteReader reader(contents);
    reader.take(1); // bits of a sample
    Frame frame;
    frame.height = reader.unsigned_of(2).value_or(0);
    frame.width = reader.unsigned_of(2).value_or(0);
    const std::uint64_t count = reader.unsigned_of(1).value_or(0);
    for (std::uint64_t index = 0; index < count && count <= kMostComponents; ++index) {
        const auto id = reader.unsigned_of(1);
        const auto sampling = reader.unsigned_of(1);
        const auto quantisation = reader.unsigned_of(1);
        if (!quantisation || *sampling >> 4 == 0 || (*sampling & 0xf) == 0) return std::nullopt;
        frame.components.push_back({*id, *sampling >> 4, *sampling & 0xf});
    }
    if (frame.width == 0 || frame.height == 0 || frame.components.empty()) return std::nullopt;
    return frame;
}

std::optional<std::vector<Part>> read_parts(Bytes header, Frame& frame, const Tables& tables) {
    ByteReader reader(header);
    const std::uint64_t count = reader.unsigned_of(1).value_or(0);
    std::vector<Part> parts;
    for (std::uint64_t index = 0; index < count && count <= kMostComponents; ++index) {
        const auto id = reader.unsigned_of(1);
        const auto selected = reader.unsigned_of(1);
        const auto component =
            selected ? std::ranges::find(frame.components, *id, &Component::id) : frame.components.end();
        if (component == frame.components.end() || *selected >> 4 > 3 || (*selected & 0xf) > 3) return std::nullopt;
        const auto& dc = tables[*selected >> 4];
        const auto& ac = tables[4 + (*selected & 3)];
        if (!dc || !ac) return std::nullopt;
        parts.push_back({&*component, &*dc, &*ac});
    }
    if (parts.empty()) return std::nullopt;
    return parts;
}

bool skip_block(const Part& part, BitReader& bits) {
    bits.fill();
    const HuffmanSymbol dc = (*part.dc)[bits.held(32)];
    if (dc.length == 0) return false;
    bits.skip(dc.total);
    for (std::size_t coefficient = 1; coefficient < kCoefficients;) {
        bits.fill();
        const HuffmanSymbol ac = (*part.ac)[bits.held(32)];
        if (ac.length == 0) return false;
        bits.skip(ac.total);
        if (ac.is_end_of_block()) return true;
        coefficient += ac.run + 1U;
    }
    return true;
}

// The number of MCUs of a scan: of a single component its blocks (T.81, A.2).
std::uint64_t mcus_of(const Frame& frame, const std::vector<Part>& parts) {
    const std::uint64_t across = frame.most(&Component::across), down = frame.most(&Component::down);
    if (parts.size() > 1) return ceiling(frame.width, 8 * across) * ceiling(frame.height, 8 * down);
    const Component& alone = *parts.front().component;
    return ceiling(ceiling(frame.width * alone.across, across), 8) *
           ceiling(ceiling(frame.height * alone.down, down), 8);
}

bool skip_scan(const Frame& frame, const std::vector<Part>& parts, std::uint64_t restart_interval, Bytes data) {
    BitReader bits(data);
    const std::uint64_t mcus = mcus_of(frame, parts);
    for (std::uint64_t mcu = 0; mcu < mcus; ++mcu) {
        if (restart_interval != 0 && mcu != 0 && mcu % restart_interval == 0 &&
            !bits.restart(static_cast<unsigned>(mcu / restart_interval - 1) % 8))
            return false;
        for (const Part& part : parts) {
            const std::uint64_t blocks = parts.size() == 1 ? 1 : part.component->across * part.component->down;
            for (std::uint64_t block = 0; block < blocks; ++block)
                if (!skip_block(part, bits)) return false;
        }
        if (bits.overrun()) return false;
    }
    for (const Part& part : parts) part.component->read = true;
    return true;
}

} // namespace

bool has_all_blocks(Bytes jpeg) {
    constexpr std::uint64_t kBaseline = 0xc0;
    constexpr std::uint64_t kExtended = 0xc1;
    Tables tables;
    std::optional<Frame> frame;
    std::uint64_t restart_interval = 0;
    SegmentReader reader(jpeg);
    while (const auto segment = reader.next()) {
        const std::uint64_t marker = segment->marker;
        const bool sequential = marker == kBaseline || marker == kExtended;
        if (is_frame_header(marker) && !sequential) return false;
        if (sequential) frame = read_frame(segment->contents);
        if (marker == kDht && !take_tables(segment->contents, tables)) return false;
        if (marker == kDri) restart_interval = ByteReader(segment->contents).unsigned_of(2).value_or(0);
        if (marker != kSos) continue;
        const auto parts = frame ? read_parts(segment->contents, *frame, tables) : std::nullopt;
        if (!parts || !skip_scan(*frame, *parts, restart_interval, segment->data)) return false;
    }
    return frame && std::ranges::all_of(frame->components, &Component::read);
}

} // namespace thumbnailer
