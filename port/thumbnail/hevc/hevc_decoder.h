// One coded image of HEVC through libde265, in this thread and no other.
#pragma once

#include <memory>

#include "base/result.h"
#include "thumbnail/hevc/hevc_config.h"
#include "thumbnail/yuv/yuv_planes.h"

namespace thumbnailer {

class HevcDecoder {
public:
    // Whether the program was built with libde265. Without it nothing is decoded.
    static bool is_built_in();

    // Decodes the first picture of the data. Fails with bad_image when the decoder has anything to object: what it
    // makes of damaged data is no picture.
    static Result<HevcDecoder> decode(const HevcConfig& config, Bytes data);

    HevcDecoder(HevcDecoder&&) noexcept;
    HevcDecoder& operator=(HevcDecoder&&) noexcept;
    ~HevcDecoder();

    // Valid as long as this is.
    const YuvPlanes& planes() const;

private:
    struct State;
    explicit HevcDecoder(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

} // namespace thumbnailer
