#include "thumbnail/jpeg/dc_only.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

#include "thumbnail/jpeg/bit_stream.h"
#include "thumbnail/jpeg/huffman.h"

namespace thumbnailer {

namespace {

// Of 8 bit samples a mean differs from the one before by at most this many bits (T.81, table F.1).
constexpr int kMostBits = 11;
// Blocks that belong together in a sequential scan (T.81, B.2.3).
constexpr std::int32_t kMostBlocks = 10;
// Before the symbols of a table, how many there are of each length.
constexpr std::size_t kCounts = 16;

std::int32_t ceiling(std::int32_t value, std::int32_t by) { return (value + by - 1) / by; }

// The means of one component. There are more in memory than in the image, as whole units are coded.
struct Plane {
    std::int32_t across = 1; // blocks of a unit
    std::int32_t down = 1;
    Size blocks; // of the image
    std::int32_t stride = 0;
    std::vector<std::int16_t> means;

    std::int16_t& at(std::int32_t x, std::int32_t y) {
        return means[static_cast<std::size_t>(y) * static_cast<std::size_t>(stride) + static_cast<std::size_t>(x)];
    }
};

struct Planes {
    Size units;
    std::vector<Plane> planes;
};

Planes planes_of(const ProgressiveJpeg& jpeg) {
    Planes made{{ceiling(jpeg.size.width, 8 * jpeg.across), ceiling(jpeg.size.height, 8 * jpeg.down)}, {}};
    for (const JpegComponent& component : jpeg.components) {
        Plane plane{component.across, component.down, {}, made.units.width * component.across, {}};
        plane.blocks = {ceiling(ceiling(jpeg.size.width * component.across, jpeg.across), 8),
                        ceiling(ceiling(jpeg.size.height * component.down, jpeg.down), 8)};
        plane.means.resize(static_cast<std::size_t>(plane.stride) *
                           static_cast<std::size_t>(made.units.height * component.down));
        made.planes.push_back(std::move(plane));
    }
    return made;
}

// Every block of a scan, in its order (T.81, A.2): those of a component that is alone as the image has them, those of
// several unit by unit. `begin` is called before each unit; either may end the walk with false.
template <typename Begin, typename Visit>
bool each_block(Planes& all, const std::vector<std::size_t>& parts, Begin begin, Visit visit) {
    const bool alone = parts.size() == 1;
    const Size units = alone ? all.planes[parts[0]].blocks : all.units;
    for (std::int32_t y = 0; y < units.height; ++y)
        for (std::int32_t x = 0; x < units.width; ++x) {
            if (!begin()) return false;
            for (std::size_t part = 0; part < parts.size(); ++part) {
                Plane& plane = all.planes[parts[part]];
                const std::int32_t across = alone ? 1 : plane.across;
                const std::int32_t down = alone ? 1 : plane.down;
                for (std::int32_t row = 0; row < down; ++row)
                    for (std::int32_t column = 0; column < across; ++column)
                        if (!visit(part, plane.at(x * across + column, y * down + row))) return false;
            }
        }
    return true;
}

std::optional<std::int32_t> difference(const HuffmanTable& table, BitReader& bits) {
    bits.fill();
    const HuffmanSymbol symbol = table[bits.held(32)];
    if (symbol.length == 0 || symbol.zeros != 0 || symbol.size > kMostBits) return std::nullopt;
    const std::int32_t value = huffman_value(bits.held(32), symbol);
    bits.skip(symbol.total);
    return value;
}

bool fits(std::int32_t mean) { return std::abs(mean) < 1 << (kMostBits + 1); }

class ScanReader {
public:
    ScanReader(const Scan& scan, Planes& planes) : scan_(scan), planes_(planes), bits_(scan.data) {
        for (const ScanPart& part : scan.parts) {
            parts_.push_back(part.component);
            const std::size_t counts = std::min(kCounts, part.table.size()); // there may be no table
            if (scan.refines == 0) tables_.emplace_back(part.table.first(counts), part.table.subspan(counts));
        }
    }

    bool read() {
        const auto begin = [&] { return begin_unit(); };
        const bool whole =
            scan_.refines == 0
                ? each_block(planes_, parts_, begin,
                             [&](std::size_t part, std::int16_t& mean) { return first(part, mean); })
                : each_block(planes_, parts_, begin, [&](std::size_t, std::int16_t& mean) { return refine(mean); });
        return whole && !bits_.overrun();
    }

private:
    bool begin_unit() {
        if (scan_.restart != 0 && units_ == scan_.restart) {
            units_ = 0;
            before_.fill(0);
            if (!bits_.restart(restarts_++)) return false;
        }
        ++units_;
        return true;
    }

    bool first(std::size_t part, std::int16_t& mean) {
        const auto step = difference(tables_[part], bits_);
        if (!step) return false;
        before_[part] += *step;
        const std::int32_t value = before_[part] * (1 << scan_.lowest);
        if (!fits(before_[part]) || !fits(value)) return false;
        mean = static_cast<std::int16_t>(value);
        return true;
    }

    bool refine(std::int16_t& mean) {
        if (bits_.take(1) != 0) mean = static_cast<std::int16_t>(mean | 1 << scan_.lowest);
        return true;
    }

    const Scan& scan_;
    Planes& planes_;
    BitReader bits_;
    std::vector<std::size_t> parts_;
    std::vector<HuffmanTable> tables_;
    std::array<std::int32_t, 4> before_{};
    std::uint64_t units_ = 0;
    unsigned restarts_ = 0;
};

void append(std::vector<std::byte>& into, Bytes bytes) { into.insert(into.end(), bytes.begin(), bytes.end()); }

void append(std::vector<std::byte>& into, std::initializer_list<int> bytes) {
    for (const int byte : bytes) into.push_back(static_cast<std::byte>(byte));
}

// Everything that stands before the first scan, but the frame is called sequential and the tables are our own.
std::vector<std::byte> head_of(const ProgressiveJpeg& jpeg) {
    constexpr std::uint64_t kProgressiveFrame = 0xc2;
    constexpr std::uint64_t kHuffmanTables = 0xc4;
    constexpr std::uint64_t kRestartInterval = 0xdd;
    constexpr int kSizes = kMostBits + 1;
    std::vector<std::byte> head;
    append(head, {0xff, 0xd8});
    for (const Segment& segment : jpeg.head) {
        if (segment.marker == kHuffmanTables || segment.marker == kRestartInterval) continue;
        if (segment.marker == kProgressiveFrame) {
            append(head, {0xff, 0xc1});
            append(head, segment.bytes.last(segment.bytes.size() - 2));
        } else {
            append(head, segment.bytes);
        }
    }
    // Four bits for the size of a difference, one for the end of the block.
    append(head, {0xff, 0xc4, 0, 3 + 16 + kSizes, 0x00, 0, 0, 0, kSizes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    for (int size = 0; size < kSizes; ++size) append(head, {size});
    append(head, {0xff, 0xc4, 0, 3 + 16 + 1, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    const int count = static_cast<int>(jpeg.components.size());
    append(head, {0xff, 0xda, 0, 6 + 2 * count, count});
    for (const JpegComponent& component : jpeg.components) append(head, {static_cast<int>(component.id), 0x00});
    append(head, {0, 63, 0});
    return head;
}

bool write(std::vector<std::byte>& into, Planes& planes) {
    std::vector<std::size_t> parts;
    for (std::size_t index = 0; index < planes.planes.size(); ++index) parts.push_back(index);
    BitWriter bits(into);
    std::array<std::int32_t, 4> before{};
    const auto write_mean = [&](std::size_t part, std::int16_t mean) {
        const std::int32_t step = mean - before[part];
        before[part] = mean;
        const auto size = static_cast<int>(std::bit_width(static_cast<std::uint32_t>(std::abs(step))));
        if (size > kMostBits) return false;
        const std::int32_t value = step < 0 ? step + (1 << size) - 1 : step;
        bits.put((static_cast<std::uint32_t>(size) << size | static_cast<std::uint32_t>(value)) << 1, 4 + size + 1);
        return true;
    };
    if (!each_block(
            planes, parts, [] { return true; }, write_mean))
        return false;
    bits.finish();
    append(into, {0xff, 0xd9});
    return true;
}

} // namespace

std::optional<std::vector<std::byte>> jpeg_of_means(const ProgressiveJpeg& jpeg) {
    std::int32_t blocks = 0;
    for (const JpegComponent& component : jpeg.components) blocks += component.across * component.down;
    if (jpeg.components.size() > 1 && blocks > kMostBlocks) return std::nullopt;
    Planes planes = planes_of(jpeg);
    for (const Scan& scan : jpeg.scans)
        if (scan.is_mean() && !ScanReader(scan, planes).read()) return std::nullopt;
    std::vector<std::byte> made = head_of(jpeg);
    if (!write(made, planes)) return std::nullopt;
    return made;
}

} // namespace thumbnailer
