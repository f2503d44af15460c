#include "thumbnail/jpeg/progressive.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/byte_reader.h"
#include "thumbnail/jpeg/segments.h"

namespace thumbnailer {

namespace {

enum Marker : std::uint64_t {
    kSof2 = 0xc2,
    kDht = 0xc4,
    kDac = 0xcc,
    kEnd = 0xd9,
    kScan = 0xda,
    kDqt = 0xdb,
    kDnl = 0xdc,
    kRestart = 0xdd
};

// libvips' limit; an image has about 10 scans, a decompression bomb thousands.
constexpr std::size_t kMaxScans = 100;

// The number of bytes before the next marker other than a restart; all bytes if there is none.
std::size_t entropy_coded(Bytes bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const void* found = std::memchr(bytes.data() + at, 0xff, bytes.size() - at);
        if (found == nullptr) break;
        at = static_cast<std::size_t>(static_cast<const std::byte*>(found) - bytes.data());
        if (at + 1 == bytes.size()) break;
        const auto next = static_cast<std::uint8_t>(bytes[at + 1]);
        const bool stays = next == 0 || (next >= 0xd0 && next <= 0xd7);
        if (!stays && next != 0xff) return at;
        at += stays ? 2 : 1;
    }
    return bytes.size();
}

class Parser {
public:
    explicit Parser(Bytes source) : source_(source), reader_(source) {}

    std::optional<ProgressiveJpeg> parse() {
        if (reader_.unsigned_of(2) != 0xffd8) return std::nullopt;
        for (;;) {
            const auto segment = next();
            if (!segment) return std::nullopt;
            if (segment->marker == kEnd) break;
            const bool taken = segment->marker == kScan ? scan(*segment) : table(*segment);
            if (!taken) return std::nullopt;
        }
        if (!has_dc_of_every_component()) return std::nullopt;
        return std::move(jpeg_);
    }

private:
    std::optional<Segment> next() {
        if (reader_.unsigned_of(1) != 0xff) return std::nullopt;
        auto marker = reader_.unsigned_of(1);
        while (marker == 0xff) marker = reader_.unsigned_of(1); // fill bytes
        if (!marker) return std::nullopt;
        const std::size_t begin = reader_.position() - 2;
        if (marker == kEnd) return Segment{*marker, {}};
        const auto length = reader_.unsigned_of(2);
        if (!length || *length < 2) return std::nullopt;
        const auto contents = reader_.take(*length - 2);
        if (!contents) return std::nullopt;
        contents_ = *contents;
        return Segment{*marker, source_.subspan(begin, reader_.position() - begin)};
    }

    bool table(const Segment& segment) {
        // The decoder handles a JPEG that redefines something after the first scan.
        const bool started = !jpeg_.scans.empty();
        switch (segment.marker) {
        case kSof2:
            if (!jpeg_.components.empty() || !frame()) return false;
            break;
        case kDht:
            if (!huffman_tables()) return false;
            break;
        case kRestart: {
            const auto interval = ByteReader(contents_).unsigned_of(2);
            if (!interval) return false;
            restart_interval_ = *interval;
            break;
        }
        case kDqt:
            if (started) return false;
            break;
        case kDac:
        case kDnl: return false;
        default:
            if (is_frame_header(segment.marker) || stands_alone(segment.marker)) return false;
        }
        if (!started) jpeg_.head.push_back(segment);
        return true;
    }

    bool frame() {
        ByteReader reader(contents_);
        const auto precision = reader.unsigned_of(1);
        const auto height = reader.unsigned_of(2);
        const auto width = reader.unsigned_of(2);
        const auto count = reader.unsigned_of(1);
        if (precision != 8 || !height || !width || *height == 0 || *width == 0 || !count || *count == 0 || *count > 4)
            return false;
        jpeg_.size = {static_cast<std::int32_t>(*width), static_cast<std::int32_t>(*height)};
        for (std::uint64_t index = 0; index < *count; ++index) {
            const auto component = reader.unsigned_of(3);
            if (!component) return false;
            const JpegComponent read{*component >> 16, static_cast<std::int32_t>(*component >> 12 & 15),
                                     static_cast<std::int32_t>(*component >> 8 & 15)};
            if (read.h_sampling < 1 || read.h_sampling > 4 || read.v_sampling < 1 || read.v_sampling > 4 ||
                place_of(read.id))
                return false;
            jpeg_.max_h_sampling = std::max(jpeg_.max_h_sampling, read.h_sampling);
            jpeg_.max_v_sampling = std::max(jpeg_.max_v_sampling, read.v_sampling);
            jpeg_.components.push_back(read);
        }
        return reader.left() == 0;
    }

    bool huffman_tables() {
        ByteReader reader(contents_);
        while (reader.left() > 0) {
            const auto place = reader.unsigned_of(1);
            const auto counts = reader.take(16);
            if (!counts) return false;
            std::uint64_t symbols = 0;
            for (const std::byte count : *counts) symbols += static_cast<std::uint64_t>(count);
            if (symbols > 256 || !reader.take(symbols)) return false;
            if (*place < tables_.size()) // otherwise it is one of AC
                tables_[*place] = contents_.subspan(reader.position() - symbols - 16, symbols + 16);
        }
        return true;
    }

    bool scan(const Segment& segment) {
        if (jpeg_.components.empty() || jpeg_.scans.size() == kMaxScans) return false;
        Scan scan;
        ByteReader reader(contents_);
        const auto count = reader.unsigned_of(1);
        if (!count || *count == 0 || *count > jpeg_.components.size()) return false;
        for (std::uint64_t index = 0; index < *count; ++index) {
            const auto part = reader.unsigned_of(2);
            const auto place = part ? place_of(*part >> 8) : std::nullopt;
            const std::uint64_t table = part ? *part >> 4 & 15 : tables_.size();
            if (!place || table >= tables_.size()) return false;
            scan.components.push_back({*place, tables_[table]});
        }
        const auto range = reader.unsigned_of(2);
        const auto bits = reader.unsigned_of(1);
        if (!range || !bits || reader.left() != 0) return false;
        scan.ss = *range >> 8;
        scan.se = *range & 255;
        scan.ah = *bits >> 4;
        scan.al = *bits & 15;
        scan.restart_interval = restart_interval_;
        scan.header = segment.bytes;
        if (!apply_progression(scan)) return false;
        const std::size_t begin = static_cast<std::size_t>(segment.bytes.data() - source_.data());
        scan.tables = source_.subspan(end_, jpeg_.scans.empty() ? 0 : begin - end_);
        const auto data = reader_.take(entropy_coded(source_.subspan(reader_.position())));
        scan.data = *data;
        end_ = reader_.position();
        jpeg_.scans.push_back(std::move(scan));
        return true;
    }

    // Whether the scan continues where the earlier ones ended (T.81, G.1.1.1). Records where this scan ends.
    bool apply_progression(const Scan& scan) {
        if (scan.ss > scan.se || scan.se > 63 || scan.al > 13) return false;
        if (scan.ss == 0 ? scan.se != 0 : scan.components.size() != 1) return false;
        if (scan.ah != 0 && scan.al + 1 != scan.ah) return false;
        for (const ScanComponent& part : scan.components)
            for (std::uint64_t at = scan.ss; at <= scan.se; ++at) {
                std::int32_t& known = known_[part.component][at];
                if (known != (scan.ah == 0 ? -1 : static_cast<std::int32_t>(scan.ah))) return false;
                if (scan.ss != 0 && known_[part.component][0] < 0) return false;
                known = static_cast<std::int32_t>(scan.al);
            }
        return true;
    }

    bool has_dc_of_every_component() const {
        if (jpeg_.components.empty()) return false;
        for (std::size_t index = 0; index < jpeg_.components.size(); ++index)
            if (known_[index][0] < 0) return false;
        return true;
    }

    std::optional<std::size_t> place_of(std::uint64_t id) const {
        const auto found = std::ranges::find(jpeg_.components, id, &JpegComponent::id);
        if (found == jpeg_.components.end()) return std::nullopt;
        return static_cast<std::size_t>(found - jpeg_.components.begin());
    }

    Bytes source_;
    ByteReader reader_;
    Bytes contents_; // of the segment that was read last
    ProgressiveJpeg jpeg_;
    std::array<Bytes, 4> tables_;
    std::uint64_t restart_interval_ = 0;
    std::size_t end_ = 0; // of the last scan
    // The lowest known bit of each coefficient; -1: none.
    std::array<std::array<std::int32_t, 64>, 4> known_ = [] {
        std::array<std::array<std::int32_t, 64>, 4> nothing{};
        for (auto& component : nothing) component.fill(-1);
        return nothing;
    }();
};

} // namespace

std::optional<ProgressiveJpeg> progressive_jpeg(Bytes source) { return Parser(source).parse(); }

} // namespace thumbnailer
