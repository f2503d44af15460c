// The cost of decoding a term of 200 bytes, parsing its request and encoding the term, in both codecs. Prints a table
// in ns; "bytes" is the size of the payload.
#include <benchmark/benchmark.h>

#include <string>

#include "request/request.h"
#include "text/reader/parse.h"
#include "wire/codec.h"

namespace {

using namespace thumbnailer;

// 200 bytes in the external term format.
constexpr std::string_view kRequest =
    R"({make, 4711, #{timeout => 30000, outputs => [#{width => 320, height => 200, fit => cover, format => webp,
       quality => 75, background => <<"#ffffffff">>}]}, {path, <<"/srv/uploads/2026/11/20/1702/photo-00000001.jpeg">>}})";

std::string payload_of(const Codec& codec) {
    Payload payload;
    codec.encode(text::parse(kRequest)->terms().front(), payload);
    return payload.flat();
}

const Codec& codec_in(const benchmark::State& state) { return *codec_named(state.range(0) == 0 ? "etf" : "msgpack"); }

void decode(benchmark::State& state) {
    const Codec& codec = codec_in(state);
    const std::string payload = payload_of(codec);
    for (auto _ : state) benchmark::DoNotOptimize(codec.decode(bytes_of(payload)));
    state.SetLabel(std::string(codec.name));
    state.counters["bytes"] = static_cast<double>(payload.size());
}

void decode_and_read_request(benchmark::State& state) {
    const Codec& codec = codec_in(state);
    const std::string payload = payload_of(codec);
    for (auto _ : state) {
        const auto term = codec.decode(bytes_of(payload));
        const auto request = read_request(*term);
        if (!request) state.SkipWithError(request.error().message.c_str());
        benchmark::DoNotOptimize(request);
    }
    state.SetLabel(std::string(codec.name));
    state.counters["bytes"] = static_cast<double>(payload.size());
}

void encode(benchmark::State& state) {
    const Codec& codec = codec_in(state);
    const std::string payload = payload_of(codec);
    const auto term = codec.decode(bytes_of(payload));
    for (auto _ : state) {
        Payload written;
        codec.encode(*term, written);
        benchmark::DoNotOptimize(written);
    }
    state.SetLabel(std::string(codec.name));
    state.counters["bytes"] = static_cast<double>(payload.size());
}

BENCHMARK(decode)->Arg(0)->Arg(1);
BENCHMARK(decode_and_read_request)->Arg(0)->Arg(1);
BENCHMARK(encode)->Arg(0)->Arg(1);

} // namespace

BENCHMARK_MAIN();
