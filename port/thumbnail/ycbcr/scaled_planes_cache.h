// Keeps the resampled planes of the outputs of one source. A later output of at most half the size is made from the
// planes of a larger one; an output of the same size in another format reuses them.
#pragma once

#include <optional>
#include <vector>

#include "thumbnail/geometry/plan.h"
#include "thumbnail/pixels/source_planes.h"
#include "thumbnail/ycbcr/resampler.h"

namespace thumbnailer {

// The number of rows of the source, from the top, for an output with chroma subsampled by `subsampling` along each
// side.
std::int32_t rows_for(const Plan& plan, std::int32_t subsampling);

class ScaledPlanesCache {
public:
    ScaledPlanesCache(std::vector<SourcePlane> source, Kernel kernel, ResamplerCache& resamplers)
        : source_(std::move(source)), kernel_(kernel), resamplers_(resamplers) {}

    // The oriented planes of an output. Request the largest first. nullopt if it is too small to be resampled.
    std::optional<std::vector<Plane>> planes_of(const Plan& plan, std::int32_t subsampling);

private:
    // The planes of an output, in the orientation of the source file.
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
