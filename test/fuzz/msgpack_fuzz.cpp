#include "codec_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace thumbnailer;
    fuzz::check_codec(*codec_named("msgpack"), std::as_bytes(std::span(data, size)));
    return 0;
}
