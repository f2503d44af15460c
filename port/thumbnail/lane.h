// The short way from a JPEG to a JPEG or a WebP: its planes are resampled as they are stored. No pixel is turned into
// red, green and blue and back, no sample of colour is made up to be thrown away.
#pragma once

#include <memory>
#include <optional>

#include "../job.h"
#include "../term.h"

namespace thumbnailer {

struct PlanesFile;
struct Plan;
class Resamplers;

// Kept by a worker from one image to the next.
class Lane {
public:
    Lane();
    ~Lane();
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    // Whether an output needs nothing but planes, no pixel of it depends on what its colour is; and there is memory for
    // the planes, which libvips, reading row by row, would not need.
    static bool takes(const Header& header, const Plan& plan, Speed speed, const Limits& limits);

    // The output, of a source that it takes. Nothing when the source has no planes to be used, or its decoder has
    // anything to object: libvips then makes the output or says what is wrong.
    std::optional<PlanesFile> make(const Header& header, Bytes source, const Plan& plan, Speed speed);

private:
    std::unique_ptr<Resamplers> resamplers_;
};

} // namespace thumbnailer
