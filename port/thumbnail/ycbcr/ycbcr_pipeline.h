// The short way from a JPEG to a JPEG or a WebP: its planes are resampled as they are stored. No pixel is turned into
// red, green and blue and back, no sample of colour is made up to be thrown away.
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

// Kept by a worker from one image to the next.
class YcbcrPipeline {
public:
    YcbcrPipeline();
    ~YcbcrPipeline();
    YcbcrPipeline(const YcbcrPipeline&) = delete;
    YcbcrPipeline& operator=(const YcbcrPipeline&) = delete;

    // Whether all outputs of one source need nothing but planes, no pixel of them depends on what its colour is; and
    // there is memory for the planes, which libvips, reading row by row, would not need.
    static bool can_make(const Header& header, std::span<const Plan> plans, Speed speed, const Limits& limits);

    // The outputs of one source, all of which it takes, the largest first. Each is nothing when the source has no
    // planes to be used, its decoder has anything to object, or the output is too small: libvips then makes it or says
    // what is wrong.
    std::vector<std::optional<EncodedFile>> make(Bytes source, std::span<const Plan> plans, Speed speed);

private:
    std::unique_ptr<ResamplerCache> resamplers_;
};

} // namespace thumbnailer
