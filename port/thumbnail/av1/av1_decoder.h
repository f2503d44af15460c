// One coded image of AV1 through dav1d, in this thread and no other.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "thumbnail/yuv/coded_format.h"
#include "thumbnail/yuv/yuv_planes.h"

namespace thumbnailer {

class Av1Decoder {
public:
    // Whether the program was built with dav1d. Without it nothing is decoded here.
    static bool is_built_in();

    // Makes the tables of dav1d, so that workers which are forked later share them. False without dav1d, or when there
    // is no memory for them.
    static bool start();

    // What the first sequence header of the data says (AV1, 5.5). Fails with bad_image.
    static Result<CodedFormat> format_of(Bytes data);

    // Decodes the first picture of the data; of several layers, the last one of the operating point. Fails with
    // bad_image when the data are damaged, or the picture is larger than `format`.
    static Result<Av1Decoder> decode(const CodedFormat& format, Bytes data, std::uint8_t operating_point);

    Av1Decoder(Av1Decoder&&) noexcept;
    Av1Decoder& operator=(Av1Decoder&&) noexcept;
    ~Av1Decoder();

    // Valid as long as this is.
    const YuvPlanes& planes() const;

private:
    struct State;
    explicit Av1Decoder(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

} // namespace thumbnailer
