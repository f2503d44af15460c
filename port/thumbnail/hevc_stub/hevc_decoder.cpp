// Stands in for hevc_decoder.cpp where the program is built without libde265.
#include "thumbnail/hevc/hevc_decoder.h"

namespace thumbnailer {

struct HevcDecoder::State {
    YuvPlanes planes;
};

HevcDecoder::HevcDecoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
HevcDecoder::HevcDecoder(HevcDecoder&&) noexcept = default;
HevcDecoder& HevcDecoder::operator=(HevcDecoder&&) noexcept = default;
HevcDecoder::~HevcDecoder() = default;

bool HevcDecoder::is_built_in() { return false; }
bool HevcDecoder::start() { return false; }
const YuvPlanes& HevcDecoder::planes() const { return state_->planes; }

Result<HevcDecoder> HevcDecoder::decode(const HevcConfig&, Bytes, Filters) {
    return Failure{
        Reason::unsupported_format,
        "heic needs libde265, without which this program was built (on Debian: apt install libde265-dev, then "
        "build again)"};
}

} // namespace thumbnailer
