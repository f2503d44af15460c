// The coded image of an item, decoded by the decoder that it is coded for.
#pragma once

#include <variant>

#include "thumbnail/av1/av1_decoder.h"
#include "thumbnail/heif/heif_meta.h"
#include "thumbnail/hevc/hevc_decoder.h"

namespace thumbnailer {

class CodedImage {
public:
    // How an item is coded, read without decoding it. Fails with bad_image when that is not for a picture of `size`,
    // and with unsupported_format for a coding without a decoder here.
    static Result<CodedFormat> format_of(const HeifMeta& meta, ItemId id, Size size);

    // For output that is averaged over squares of `shrink` pixels: from 4 on, HEVC is decoded without its filters.
    // Fails as format_of does, and with bad_image when the data are damaged.
    static Result<CodedImage> decode(const HeifMeta& meta, ItemId id, Size size, std::int32_t shrink);

    // At least `size`. Valid as long as this is.
    const YuvPlanes& planes() const;

private:
    explicit CodedImage(HevcDecoder decoder) : decoder_(std::move(decoder)) {}
    explicit CodedImage(Av1Decoder decoder) : decoder_(std::move(decoder)) {}

    std::variant<HevcDecoder, Av1Decoder> decoder_;
};

} // namespace thumbnailer
