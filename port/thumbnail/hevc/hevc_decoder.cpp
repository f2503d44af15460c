#include "thumbnail/hevc/hevc_decoder.h"

#include <libde265/de265.h>

#include <algorithm>
#include <array>
#include <string>

namespace thumbnailer {

namespace {

struct FreeDecoder {
    void operator()(void* decoder) const { de265_free_decoder(decoder); }
};
using Decoder = std::unique_ptr<void, FreeDecoder>;

Failure bad(const std::string& what) { return {Reason::bad_image, "the heif image has " + what}; }
Failure refused(de265_error error) { return bad(std::string("damaged image data: ") + de265_get_error_text(error)); }

// Warnings about the decoder, not about the picture.
bool is_harmless(de265_error warning) {
    constexpr std::array kHarmless{DE265_WARNING_NO_WPP_CANNOT_USE_MULTITHREADING, DE265_WARNING_WARNING_BUFFER_FULL,
                                   DE265_WARNING_SPS_MISSING_CANNOT_DECODE_SEI,
                                   DE265_WARNING_NUMBER_OF_THREADS_LIMITED_TO_MAXIMUM};
    return std::ranges::find(kHarmless, warning) != kHarmless.end();
}

de265_error push(de265_decoder_context* decoder, const std::vector<Bytes>& units) {
    for (const Bytes unit : units) {
        const de265_error error = de265_push_NAL(decoder, unit.data(), static_cast<int>(unit.size()), 0, nullptr);
        if (error != DE265_OK) return error;
    }
    return DE265_OK;
}

// A suffix SEI message may be one (H.265, D.3.19).
bool has_checksum(const std::vector<Bytes>& units) {
    constexpr unsigned kSuffixSei = 40; // of the types of units (table 7-1)
    return std::ranges::any_of(
        units, [](Bytes unit) { return (static_cast<unsigned>(unit.front()) >> 1 & 63) == kSuffixSei; });
}

// Up to the first picture or the end of the data.
de265_error run(de265_decoder_context* decoder) {
    for (int more = 1; more != 0 && de265_peek_next_picture(decoder) == nullptr;) {
        const de265_error error = de265_decode(decoder, &more);
        if (error == DE265_ERROR_WAITING_FOR_INPUT_DATA) return DE265_OK; // it has all data
        if (error != DE265_OK) return error;
    }
    return DE265_OK;
}

YuvPlane plane_of(const de265_image* image, int channel) {
    int stride = 0;
    const std::uint8_t* samples = de265_get_image_plane(image, channel, &stride);
    return {samples,
            static_cast<std::size_t>(stride),
            {de265_get_image_width(image, channel), de265_get_image_height(image, channel)},
            static_cast<std::uint32_t>(de265_get_bits_per_pixel(image, channel))};
}

YuvPlanes planes_of(const de265_image* image) {
    YuvPlanes planes;
    const de265_chroma chroma = de265_get_chroma_format(image);
    planes.mono = chroma == de265_chroma_mono;
    planes.across = chroma == de265_chroma_420 || chroma == de265_chroma_422 ? 2 : 1;
    planes.down = chroma == de265_chroma_420 ? 2 : 1;
    for (int channel = 0; channel < (planes.mono ? 1 : 3); ++channel)
        planes.planes[static_cast<std::size_t>(channel)] = plane_of(image, channel);
    planes.nclx = {static_cast<std::uint64_t>(de265_get_image_colour_primaries(image)),
                   static_cast<std::uint64_t>(de265_get_image_transfer_characteristics(image)),
                   static_cast<std::uint64_t>(de265_get_image_matrix_coefficients(image)),
                   de265_get_image_full_range_flag(image) != 0};
    return planes;
}

bool is_whole(const YuvPlanes& planes) {
    return std::ranges::all_of(planes.planes.begin(), planes.planes.begin() + (planes.mono ? 1 : 3),
                               [](const YuvPlane& plane) {
                                   return plane.samples != nullptr && plane.size.width > 0 && plane.size.height > 0 &&
                                          plane.depth >= 8 && plane.depth <= 16;
                               });
}

} // namespace

struct HevcDecoder::State {
    Decoder decoder;
    YuvPlanes planes;
};

HevcDecoder::HevcDecoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
HevcDecoder::HevcDecoder(HevcDecoder&&) noexcept = default;
HevcDecoder& HevcDecoder::operator=(HevcDecoder&&) noexcept = default;
HevcDecoder::~HevcDecoder() = default;

bool HevcDecoder::is_built_in() { return true; }
// Never freed, because each decoder would make the tables again.
bool HevcDecoder::start() { return de265_init() == DE265_OK; }
const YuvPlanes& HevcDecoder::planes() const { return state_->planes; }

Result<HevcDecoder> HevcDecoder::decode(const HevcConfig& config, Bytes data, Filters filters) {
    const auto units = hevc_units(data, config);
    if (!units) return units.error();
    auto state = std::make_unique<State>();
    state->decoder = Decoder(de265_new_decoder());
    de265_decoder_context* decoder = state->decoder.get();
    if (decoder == nullptr) return Failure{Reason::out_of_memory, "there is no memory left for the decoder of heic"};
    de265_set_parameter_bool(decoder, DE265_DECODER_PARAM_BOOL_SEI_CHECK_HASH, 1);
    const bool skipped = filters == Filters::skip && !has_checksum(*units);
    de265_set_parameter_bool(decoder, DE265_DECODER_PARAM_DISABLE_DEBLOCKING, skipped);
    de265_set_parameter_bool(decoder, DE265_DECODER_PARAM_DISABLE_SAO, skipped);
    de265_set_parameter_bool(decoder, DE265_DECODER_PARAM_SUPPRESS_FAULTY_PICTURES, 1);
    if (const de265_error error = push(decoder, config.units); error != DE265_OK) return refused(error);
    if (const de265_error error = push(decoder, *units); error != DE265_OK) return refused(error);
    if (const de265_error error = de265_flush_data(decoder); error != DE265_OK) return refused(error);
    if (const de265_error error = run(decoder); error != DE265_OK) return refused(error);
    for (de265_error warning = de265_get_warning(decoder); warning != DE265_OK; warning = de265_get_warning(decoder))
        if (!is_harmless(warning)) return refused(warning);
    const de265_image* image = de265_peek_next_picture(decoder);
    if (image == nullptr) return bad("image data without a whole picture");
    state->planes = planes_of(image);
    if (!is_whole(state->planes)) return bad("image data without samples");
    return HevcDecoder(std::move(state));
}

} // namespace thumbnailer
