// The fast path from a JPEG to a JPEG or a WebP: its planes of YCbCr are resampled as they are stored, chroma at its
// own resolution. Nothing is upsampled or converted to RGB and back.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "job/job.h"

namespace thumbnailer {

struct EncodedFile;
struct Plan;
class ResamplerCache;

// A worker keeps it from one image to the next, for the resamplers in it.
class YcbcrPipeline {
public:
    YcbcrPipeline();
    ~YcbcrPipeline();
    YcbcrPipeline(const YcbcrPipeline&) = delete;
    YcbcrPipeline& operator=(const YcbcrPipeline&) = delete;

    // Whether all outputs of one source can be made from planes alone, and an eighth of the memory limit is enough for
    // the planes. (libvips reads row by row and needs less.)
    static bool can_make(const Header& header, std::span<const Plan> plans, Speed speed, const Limits& limits);

    // The outputs of one source, for which can_make holds, the largest first. An output is empty when the source has no
    // usable planes, its decoder warns, or the output is too small for the resampler: libvips then makes it or reports
    // the error.
    std::vector<std::optional<EncodedFile>> make(Bytes source, std::span<const Plan> plans, Speed speed);

private:
    std::unique_ptr<ResamplerCache> resamplers_;
};

} // namespace thumbnailer
