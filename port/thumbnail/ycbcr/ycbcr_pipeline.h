// The fast path for JPEGs and WebPs: it resamples the stored YCbCr planes, chroma at its own resolution. They become a
// JPEG or a WebP without upsampling and without a conversion to RGB and back; what needs pixels gets them in the size
// of the output.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "job/job.h"
#include "thumbnail/geometry/plan.h"
#include "thumbnail/pixels/planes.h"

namespace thumbnailer {

class ResamplerCache;

// What was made of one output: a file, or planes, or nothing.
struct YcbcrOutput {
    std::optional<EncodedFile> file;
    // Oriented and scaled, all of one size, cropped when the crop is that of the centre; in the colours of the source
    // and the full range.
    std::vector<Plane> planes;
};

// A worker keeps it from one image to the next, because it caches resamplers.
class YcbcrPipeline {
public:
    YcbcrPipeline();
    ~YcbcrPipeline();
    YcbcrPipeline(const YcbcrPipeline&) = delete;
    YcbcrPipeline& operator=(const YcbcrPipeline&) = delete;

    // Whether all outputs of one source can be made from planes, and the planes fit into an eighth of the memory limit.
    // (libvips reads row by row and needs less memory.)
    static bool can_make(const Header& header, std::span<const Plan> plans, Speed speed, const Limits& limits);

    // Makes the outputs of one source, the largest first; can_make must be true. Nothing is made of an output if the
    // source has no usable planes, its decoder warns, or the output is too small for the resampler. Then libvips makes
    // it or reports the error.
    std::vector<YcbcrOutput> make(Format format, Bytes source, std::span<const Plan> plans, Speed speed);

private:
    std::unique_ptr<ResamplerCache> resamplers_;
};

} // namespace thumbnailer
