// One coded image of HEVC through libde265, in this thread and no other.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "thumbnail/hevc/hevc_config.h"
#include "thumbnail/yuv/yuv_planes.h"

namespace thumbnailer {

class HevcDecoder {
public:
    // Whether the program was built with libde265. Without it nothing is decoded.
    static bool is_built_in();

    // Makes the tables of libde265, so that workers which are forked later share them. False without libde265, or when
    // there is no memory for them.
    static bool start();

    // Deblocking and sample adaptive offset, the filters after decoding (H.265, 8.7).
    enum class Filters : std::uint8_t { apply, skip };

    // Decodes the first picture of the data. `skip` has no effect if the data contain a checksum, which is of the
    // filtered picture. Fails with bad_image for any error or warning of the decoder: its output for damaged data is
    // not a picture.
    static Result<HevcDecoder> decode(const HevcConfig& config, Bytes data, Filters filters);

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
