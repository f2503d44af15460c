#include "thumbnail/jpeg/progressive.h"

#include <algorithm>
#include <array>

#include "base/byte_reader.h"
#include "thumbnail/jpeg/progression.h"

namespace thumbnailer {

namespace {

// As many as libvips reads; an image has about 10, a decompression bomb thousands.
constexpr std::size_t kMaxScans = 100;

class Parser {
public:
    explicit Parser(Bytes source) : source_(source), segments_(source) {}

    std::optional<ProgressiveJpeg> parse() {
        const auto first = segments_.next();
        if (!first || first->marker != kSoi) return std::nullopt;
        for (auto segment = segments_.next(); segment; segment = segments_.next()) {
            if (segment->marker == kEoi) return whole();
            const bool taken = segment->marker == kSos ? scan(*segment) : table(*segment);
            if (!taken) return std::nullopt;
        }
        return std::nullopt;
    }

private:
    std::optional<ProgressiveJpeg> whole() {
        if (jpeg_.components.empty()) return std::nullopt;
        for (std::size_t index = 0; index < jpeg_.components.size(); ++index)
            if (!progression_.has_dc_of(index)) return std::nullopt;
        return std::move(jpeg_);
    }

    // A JPEG that redefines something after the first scan is left to the decoder.
    bool table(const JpegSegment& segment) {
        const bool started = !jpeg_.scans.empty();
        if (!started) jpeg_.head.push_back(segment);
        switch (segment.marker) {
        case kSof2: return jpeg_.components.empty() && frame(segment.contents);
        case kDht: return huffman_tables(segment.contents);
        case kDri: return restart_interval(segment.contents);
        case kDqt: return !started;
        case kDac:
        case kDnl: return false;
        default: return !is_frame_header(segment.marker) && !stands_alone(segment.marker);
        }
    }

    bool restart_interval(Bytes contents) {
        const auto interval = ByteReader(contents).unsigned_of(2);
        restart_interval_ = interval.value_or(0);
        return interval.has_value();
    }

    bool frame(Bytes contents) {
        ByteReader reader(contents);
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

    bool huffman_tables(Bytes contents) {
        ByteReader reader(contents);
        while (reader.left() > 0) {
            const auto place = reader.unsigned_of(1);
            const auto counts = reader.take(16);
            if (!counts) return false;
            std::uint64_t symbols = 0;
            for (const std::byte count : *counts) symbols += static_cast<std::uint64_t>(count);
            if (symbols > 256 || !reader.take(symbols)) return false;
            if (*place < tables_.size()) // otherwise it is one of AC
                tables_[*place] = contents.subspan(reader.position() - symbols - 16, symbols + 16);
        }
        return true;
    }

    bool scan(const JpegSegment& segment) {
        if (jpeg_.components.empty() || jpeg_.scans.size() == kMaxScans) return false;
        auto scan = scan_header(segment.contents);
        if (!scan || !progression_.apply_scan(*scan)) return false;
        scan->restart_interval = restart_interval_;
        scan->header = segment.bytes;
        scan->data = segment.data;
        const std::size_t begin = static_cast<std::size_t>(segment.bytes.data() - source_.data());
        scan->tables = source_.subspan(end_, jpeg_.scans.empty() ? 0 : begin - end_);
        end_ = begin + segment.bytes.size() + segment.data.size();
        jpeg_.scans.push_back(std::move(*scan));
        return true;
    }

    // ITU-T T.81, B.2.3.
    std::optional<Scan> scan_header(Bytes contents) const {
        Scan scan;
        ByteReader reader(contents);
        const auto count = reader.unsigned_of(1);
        if (!count || *count == 0 || *count > jpeg_.components.size()) return std::nullopt;
        for (std::uint64_t index = 0; index < *count; ++index) {
            const auto part = reader.unsigned_of(2);
            const auto place = part ? place_of(*part >> 8) : std::nullopt;
            const std::uint64_t table = part ? *part >> 4 & 15 : tables_.size();
            if (!place || table >= tables_.size()) return std::nullopt;
            scan.components.push_back({*place, tables_[table]});
        }
        const auto range = reader.unsigned_of(2);
        const auto bits = reader.unsigned_of(1);
        if (!range || !bits || reader.left() != 0) return std::nullopt;
        scan.ss = *range >> 8;
        scan.se = *range & 255;
        scan.ah = *bits >> 4;
        scan.al = *bits & 15;
        return scan;
    }

    std::optional<std::size_t> place_of(std::uint64_t id) const {
        const auto found = std::ranges::find(jpeg_.components, id, &JpegComponent::id);
        if (found == jpeg_.components.end()) return std::nullopt;
        return static_cast<std::size_t>(found - jpeg_.components.begin());
    }

    Bytes source_;
    SegmentReader segments_;
    ProgressiveJpeg jpeg_;
    std::array<Bytes, 4> tables_;
    std::uint64_t restart_interval_ = 0;
    std::size_t end_ = 0; // of the last scan
    Progression progression_;
};

} // namespace

std::optional<ProgressiveJpeg> progressive_jpeg(Bytes source) { return Parser(source).parse(); }

} // namespace thumbnailer
