#include "thumbnail/av1/av1_decoder.h"

#include <dav1d/dav1d.h>

#include <algorithm>
#include <string>

namespace thumbnailer {

namespace {

struct CloseDecoder {
    void operator()(Dav1dContext* decoder) const { dav1d_close(&decoder); }
};
using Decoder = std::unique_ptr<Dav1dContext, CloseDecoder>;

Failure bad(const std::string& what) { return {Reason::bad_image, "the heif image has " + what}; }
Failure no_memory() { return {Reason::out_of_memory, "there is no memory left for the decoder of av1"}; }

Decoder new_decoder(std::uint32_t max_pixels, std::uint8_t operating_point) {
    Dav1dSettings settings;
    dav1d_default_settings(&settings);
    settings.n_threads = 1;
    settings.max_frame_delay = 1;
    settings.all_layers = 0;
    settings.operating_point = operating_point;
    settings.frame_size_limit = max_pixels;
    // The decoder would print to stderr what the failures say.
    settings.logger.callback = nullptr;
    Dav1dContext* decoder = nullptr;
    return Decoder(dav1d_open(&decoder, &settings) == 0 ? decoder : nullptr);
}

std::uint32_t depth_of(const Dav1dSequenceHeader& header) { return 8 + 2 * static_cast<std::uint32_t>(header.hbd); }

// Borrowed: the caller keeps the bytes until the decoder is closed.
void keep(const std::uint8_t*, void*) {}

bool send(Dav1dContext* decoder, Dav1dData& data, Dav1dPicture& picture) {
    while (data.sz > 0) {
        const int sent = dav1d_send_data(decoder, &data);
        if (sent != 0 && sent != DAV1D_ERR(EAGAIN)) return false;
        if (sent != 0 || data.sz > 0) return dav1d_get_picture(decoder, &picture) == 0;
    }
    return dav1d_get_picture(decoder, &picture) == 0;
}

YuvPlanes planes_of(const Dav1dPicture& picture) {
    YuvPlanes planes;
    planes.mono = picture.p.layout == DAV1D_PIXEL_LAYOUT_I400;
    planes.across = picture.p.layout == DAV1D_PIXEL_LAYOUT_I444 || planes.mono ? 1 : 2;
    planes.down = picture.p.layout == DAV1D_PIXEL_LAYOUT_I420 ? 2 : 1;
    const Size luma{picture.p.w, picture.p.h};
    const Size chroma{(luma.width + planes.across - 1) / planes.across, (luma.height + planes.down - 1) / planes.down};
    for (std::size_t channel = 0; channel < (planes.mono ? 1 : 3); ++channel)
        planes.planes[channel] = {static_cast<const std::uint8_t*>(picture.data[channel]),
                                  static_cast<std::size_t>(picture.stride[channel == 0 ? 0 : 1]),
                                  channel == 0 ? luma : chroma, static_cast<std::uint32_t>(picture.p.bpc)};
    const Dav1dSequenceHeader& header = *picture.seq_hdr;
    planes.nclx = {static_cast<std::uint64_t>(header.pri), static_cast<std::uint64_t>(header.trc),
                   static_cast<std::uint64_t>(header.mtrx), header.color_range != 0};
    return planes;
}

} // namespace

struct Av1Decoder::State {
    Decoder decoder;
    Dav1dPicture picture = {};
    YuvPlanes planes;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { dav1d_picture_unref(&picture); }
};

Av1Decoder::Av1Decoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
Av1Decoder::Av1Decoder(Av1Decoder&&) noexcept = default;
Av1Decoder& Av1Decoder::operator=(Av1Decoder&&) noexcept = default;
Av1Decoder::~Av1Decoder() = default;

bool Av1Decoder::is_built_in() { return true; }
bool Av1Decoder::start() { return new_decoder(1, 0) != nullptr; }
const YuvPlanes& Av1Decoder::planes() const { return state_->planes; }

Result<CodedFormat> Av1Decoder::format_of(Bytes data) {
    Dav1dSequenceHeader header;
    if (dav1d_parse_sequence_header(&header, reinterpret_cast<const std::uint8_t*>(data.data()), data.size()) != 0)
        return bad("image data without a sequence header, or a damaged one");
    const Size size{header.max_width, header.max_height};
    return CodedFormat{size, size, static_cast<std::uint32_t>(header.layout), depth_of(header)};
}

Result<Av1Decoder> Av1Decoder::decode(const CodedFormat& format, Bytes data, std::uint8_t operating_point) {
    auto state = std::make_unique<State>();
    const auto pixels = static_cast<std::uint64_t>(format.size.width) * static_cast<std::uint64_t>(format.size.height);
    state->decoder =
        new_decoder(static_cast<std::uint32_t>(std::min<std::uint64_t>(pixels, UINT32_MAX)), operating_point);
    if (!state->decoder) return no_memory();
    Dav1dData sent = {};
    if (dav1d_data_wrap(&sent, reinterpret_cast<const std::uint8_t*>(data.data()), data.size(), keep, nullptr) != 0)
        return no_memory();
    const bool decoded = send(state->decoder.get(), sent, state->picture);
    dav1d_data_unref(&sent);
    if (!decoded) return bad("damaged image data, or data without a whole picture");
    state->planes = planes_of(state->picture);
    return Av1Decoder(std::move(state));
}

} // namespace thumbnailer
