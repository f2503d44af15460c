// Resampling of planes.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>
#include <zimg.h>

#include "thumbnail/pixels/planes.h"

namespace thumbnailer {

// A part of a plane, in samples. It may end between two of them, and reach a little over the edges.
struct Area {
    double left = 0;
    double top = 0;
    double width = 0;
    double height = 0;

    bool operator==(const Area&) const = default;
};

// How many samples beyond an area the filter reads, at this many samples of the source for one of the result.
double filter_support(double samples_for_one);

// Both see three samples to each side. Lanczos is the sharper by a little: SSIM to a full decode differs by 0.0003 on a
// photo. But its weights are sines, which for a thumbnail take as long as a fifth of the decoding.
enum class Kernel { lanczos, spline };

// What is resampled: an area of planes of one size to another size.
struct Resampling {
    Size plane;
    Area area;
    Size result;
    Kernel kernel;

    bool operator==(const Resampling&) const = default;
};

class Resampler {
public:
    // Nothing when the area or the result is only a few samples wide.
    static std::optional<Resampler> make(const Resampling& resampling);

    // Nothing when zimg has anything to object.
    std::optional<Plane> operator()(const Plane& plane) const;

private:
    using Graph = std::unique_ptr<zimg_filter_graph, decltype(&zimg_filter_graph_free)>;
    Resampler(Graph graph, Size result) : graph_(std::move(graph)), result_(result) {}

    Graph graph_;
    Size result_;
};

// The most recently used resamplers. Making one takes a tenth of the time of a thumbnail; both planes of chroma need
// the same, and photographs of one size often follow each other.
class ResamplerCache {
public:
    // Null where there is none. Valid until the next call.
    const Resampler* find(const Resampling& resampling);

private:
    static constexpr std::size_t kMaxEntries = 8;
    std::vector<std::pair<Resampling, Resampler>> recent_; // the one that was used last is the first
};

} // namespace thumbnailer
