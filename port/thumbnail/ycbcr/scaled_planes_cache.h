// The planes of several outputs of one source: those of a large one serve every later one that is at most half as
// large, and another format of the same size has the same.
#pragma once

#include <optional>
#include <vector>

#include "thumbnail/geometry/plan.h"
#include "thumbnail/libjpeg/decode_jpeg.h"
#include "thumbnail/ycbcr/resampler.h"

namespace thumbnailer {

// How many rows of the source, from the top, an output has a part of whose samples of colour stand for `subsampling`
// pixels along each side.
std::int32_t rows_for(const Plan& plan, std::int32_t subsampling);

class ScaledPlanesCache {
public:
    ScaledPlanesCache(std::vector<SourcePlane> source, Kernel kernel, ResamplerCache& resamplers)
        : source_(std::move(source)), kernel_(kernel), resamplers_(resamplers) {}

    // The planes of an output, upright. Ask for the largest first. Nothing when it is too small to be resampled.
    std::optional<std::vector<Plane>> planes_of(const Plan& plan, std::int32_t subsampling);

private:
    // What an output has, as it is stored.
    struct Entry {
        View view;
        Layout layout;
        std::int32_t subsampling;
        std::vector<SourcePlane> planes;
    };
    const Entry* same(const Plan& plan, std::int32_t subsampling) const;
    const std::vector<SourcePlane>& source_for(const Plan& plan, std::int32_t subsampling) const;
    bool add(const Plan& plan, std::int32_t subsampling);

    std::vector<SourcePlane> source_;
    Kernel kernel_;
    ResamplerCache& resamplers_;
    std::vector<Entry> entries_;
};

} // namespace thumbnailer
