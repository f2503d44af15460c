// Stands in for av1_decoder.cpp where the program is built without dav1d. AVIF is read by libvips then.
#include "thumbnail/av1/av1_decoder.h"

namespace thumbnailer {

namespace {

Failure missing() {
    return {Reason::unsupported_format, "av1 needs dav1d, without which this program was built (on Debian: apt install "
                                        "libdav1d-dev, then build again)"};
}

} // namespace

struct Av1Decoder::State {
    YuvPlanes planes;
};

Av1Decoder::Av1Decoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
Av1Decoder::Av1Decoder(Av1Decoder&&) noexcept = default;
Av1Decoder& Av1Decoder::operator=(Av1Decoder&&) noexcept = default;
Av1Decoder::~Av1Decoder() = default;

bool Av1Decoder::is_built_in() { return false; }
bool Av1Decoder::start() { return false; }
const YuvPlanes& Av1Decoder::planes() const { return state_->planes; }

Result<CodedFormat> Av1Decoder::format_of(Bytes) { return missing(); }
Result<Av1Decoder> Av1Decoder::decode(const CodedFormat&, Bytes, std::uint8_t) { return missing(); }

} // namespace thumbnailer
