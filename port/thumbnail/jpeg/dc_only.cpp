#include "thumbnail/jpeg/dc_only.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

#include "thumbnail/jpeg/bit_stream.h"
#include "thumbnail/jpeg/huffman.h"

namespace thumbnailer {

namespace {

// The maximum number of bits of a DC difference for 8-bit samples (T.81, table F.1).
constexpr int kMaxDcBits = 11;
// The maximum number of blocks in an MCU (T.81, B.2.3).
constexpr std::int32_t kMaxBlocksInMcu = 10;
// A table begins with the number of codes of each length.
constexpr std::size_t kCodeLengths = 16;

std::int32_t ceiling(std::int32_t value, std::int32_t by) { return (value + by - 1) / by; }

// The DC coefficients of one component, including the padding of whole MCUs.
struct DcPlane {
    std::int32_t h_sampling = 1; // blocks of an MCU
    std::int32_t v_sampling = 1;
    Size blocks; // of the image
    std::int32_t stride = 0;
    std::vector<std::int16_t> dc;

    std::int16_t& at(std::int32_t x, std::int32_t y) {
        return dc[static_cast<std::size_t>(y) * static_cast<std::size_t>(stride) + static_cast<std::size_t>(x)];
    }
};

struct DcPlanes {
    Size mcus;
    std::vector<DcPlane> planes;
};

DcPlanes dc_planes_of(const ProgressiveJpeg& jpeg) {
    DcPlanes made{
        {ceiling(jpeg.size.width, 8 * jpeg.max_h_sampling), ceiling(jpeg.size.height, 8 * jpeg.max_v_sampling)}, {}};
    for (const JpegComponent& component : jpeg.components) {
        DcPlane plane{component.h_sampling, component.v_sampling, {}, made.mcus.width * component.h_sampling, {}};
        plane.blocks = {ceiling(ceiling(jpeg.size.width * component.h_sampling, jpeg.max_h_sampling), 8),
                        ceiling(ceiling(jpeg.size.height * component.v_sampling, jpeg.max_v_sampling), 8)};
        plane.dc.resize(static_cast<std::size_t>(plane.stride) *
                        static_cast<std::size_t>(made.mcus.height * component.v_sampling));
        made.planes.push_back(std::move(plane));
    }
    return made;
}

// Visits every block of a scan in order (T.81, A.2): of one component row by row, of several components MCU by MCU.
// `begin` is called before each MCU. Returns false as soon as a callback returns false.
template <typename Begin, typename Visit>
bool each_block(DcPlanes& all, const std::vector<std::size_t>& components, Begin begin, Visit visit) {
    const bool alone = components.size() == 1;
    const Size mcus = alone ? all.planes[components[0]].blocks : all.mcus;
    for (std::int32_t y = 0; y < mcus.height; ++y)
        for (std::int32_t x = 0; x < mcus.width; ++x) {
            if (!begin()) return false;
            for (std::size_t component = 0; component < components.size(); ++component) {
                DcPlane& plane = all.planes[components[component]];
                const std::int32_t across = alone ? 1 : plane.h_sampling;
                const std::int32_t down = alone ? 1 : plane.v_sampling;
                for (std::int32_t row = 0; row < down; ++row)
                    for (std::int32_t column = 0; column < across; ++column)
                        if (!visit(component, plane.at(x * across + column, y * down + row))) return false;
            }
        }
    return true;
}

std::optional<std::int32_t> read_difference(const HuffmanTable& table, BitReader& bits) {
    bits.fill();
    const HuffmanSymbol symbol = table[bits.held(32)];
    if (symbol.length == 0 || symbol.run != 0 || symbol.size > kMaxDcBits) return std::nullopt;
    const std::int32_t value = huffman_value(bits.held(32), symbol);
    bits.skip(symbol.total);
    return value;
}

bool fits(std::int32_t dc) { return std::abs(dc) < 1 << (kMaxDcBits + 1); }

class ScanReader {
public:
    ScanReader(const Scan& scan, DcPlanes& planes) : scan_(scan), planes_(planes), bits_(scan.data) {
        for (const ScanComponent& component : scan.components) {
            components_.push_back(component.component);
            const std::size_t counts = std::min(kCodeLengths, component.table.size()); // there may be no table
            if (scan.ah == 0) tables_.emplace_back(component.table.first(counts), component.table.subspan(counts));
        }
    }

    bool read() {
        const auto begin = [&] { return begin_mcu(); };
        const bool whole =
            scan_.ah == 0
                ? each_block(planes_, components_, begin,
                             [&](std::size_t component, std::int16_t& dc) { return read_first(component, dc); })
                : each_block(planes_, components_, begin, [&](std::size_t, std::int16_t& dc) { return refine(dc); });
        return whole && !bits_.overrun();
    }

private:
    bool begin_mcu() {
        if (scan_.restart_interval != 0 && mcus_since_restart_ == scan_.restart_interval) {
            mcus_since_restart_ = 0;
            predictors_.fill(0);
            if (!bits_.restart(next_restart_++)) return false;
        }
        ++mcus_since_restart_;
        return true;
    }

    bool read_first(std::size_t component, std::int16_t& dc) {
        const auto step = read_difference(tables_[component], bits_);
        if (!step) return false;
        predictors_[component] += *step;
        const std::int32_t value = predictors_[component] * (1 << scan_.al);
        if (!fits(predictors_[component]) || !fits(value)) return false;
        dc = static_cast<std::int16_t>(value);
        return true;
    }

    bool refine(std::int16_t& dc) {
        if (bits_.take(1) != 0) dc = static_cast<std::int16_t>(dc | 1 << scan_.al);
        return true;
    }

    const Scan& scan_;
    DcPlanes& planes_;
    BitReader bits_;
    std::vector<std::size_t> components_;
    std::vector<HuffmanTable> tables_;
    std::array<std::int32_t, 4> predictors_{};
    std::uint64_t mcus_since_restart_ = 0;
    unsigned next_restart_ = 0;
};

void append(std::vector<std::byte>& into, Bytes bytes) { into.insert(into.end(), bytes.begin(), bytes.end()); }

void append(std::vector<std::byte>& into, std::initializer_list<int> bytes) {
    for (const int byte : bytes) into.push_back(static_cast<std::byte>(byte));
}

// All segments up to the scan header, with a sequential frame header and our own Huffman tables.
std::vector<std::byte> header_of(const ProgressiveJpeg& jpeg) {
    constexpr std::uint64_t kProgressiveFrame = 0xc2;
    constexpr std::uint64_t kHuffmanTables = 0xc4;
    constexpr std::uint64_t kRestartInterval = 0xdd;
    constexpr int kSizes = kMaxDcBits + 1;
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
    // DC codes of four bits, and one AC code: end of block.
    append(head, {0xff, 0xc4, 0, 3 + 16 + kSizes, 0x00, 0, 0, 0, kSizes, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    for (int size = 0; size < kSizes; ++size) append(head, {size});
    append(head, {0xff, 0xc4, 0, 3 + 16 + 1, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    const int count = static_cast<int>(jpeg.components.size());
    append(head, {0xff, 0xda, 0, 6 + 2 * count, count});
    for (const JpegComponent& component : jpeg.components) append(head, {static_cast<int>(component.id), 0x00});
    append(head, {0, 63, 0});
    return head;
}

bool write(std::vector<std::byte>& into, DcPlanes& planes) {
    std::vector<std::size_t> components;
    for (std::size_t index = 0; index < planes.planes.size(); ++index) components.push_back(index);
    BitWriter bits(into);
    std::array<std::int32_t, 4> predictors{};
    const auto write_dc = [&](std::size_t component, std::int16_t dc) {
        const std::int32_t step = dc - predictors[component];
        predictors[component] = dc;
        const auto size = static_cast<int>(std::bit_width(static_cast<std::uint32_t>(std::abs(step))));
        if (size > kMaxDcBits) return false;
        const std::int32_t value = step < 0 ? step + (1 << size) - 1 : step;
        bits.put((static_cast<std::uint32_t>(size) << size | static_cast<std::uint32_t>(value)) << 1, 4 + size + 1);
        return true;
    };
    if (!each_block(
            planes, components, [] { return true; }, write_dc))
        return false;
    bits.finish();
    append(into, {0xff, 0xd9});
    return true;
}

} // namespace

std::optional<std::vector<std::byte>> dc_only_jpeg(const ProgressiveJpeg& jpeg) {
    std::int32_t blocks = 0;
    for (const JpegComponent& component : jpeg.components) blocks += component.h_sampling * component.v_sampling;
    if (jpeg.components.size() > 1 && blocks > kMaxBlocksInMcu) return std::nullopt;
    DcPlanes planes = dc_planes_of(jpeg);
    for (const Scan& scan : jpeg.scans)
        if (scan.is_dc() && !ScanReader(scan, planes).read()) return std::nullopt;
    std::vector<std::byte> made = header_of(jpeg);
    if (!write(made, planes)) return std::nullopt;
    return made;
}

} // namespace thumbnailer
