// A payload in either codec is a request within its limits, or refused with one of the reasons of a request.
#include "codec_fuzz.h"
#include "request/request.h"

namespace {

using namespace thumbnailer;

void check(const Codec& codec, Bytes payload) {
    const auto term = codec.decode(payload);
    if (!term) return;
    const auto id = read_id(*term);
    announces_stream(*term);
    const auto request = read_request(*term);
    if (!request) {
        const Reason reason = request.error().reason;
        fuzz::require(reason == Reason::bad_request || reason == Reason::bad_option);
        fuzz::require(!request.error().message.empty() && request.error().message.find('\n') == std::string::npos);
        return;
    }
    fuzz::require(id == request->id && request->options.outputs.size() <= kMaxOutputs);
    for (const OutputRequest& each : request->options.outputs)
        fuzz::require(each.output.width <= kMaxSide && each.output.height <= kMaxSide && each.output.quality <= 100);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const char* codec : {"etf", "msgpack"}) check(*codec_named(codec), std::as_bytes(std::span(data, size)));
    return 0;
}
