// Bytes through a pipe in pieces of any size: the frames that come out are those that stand in the bytes, up to the
// first that is too long. The first byte of the input is the size of the pieces.
#include <fcntl.h>

#include <algorithm>

#include "codec_fuzz.h"
#include "wire/frame.h"

namespace {

using namespace thumbnailer;

constexpr std::size_t kMaxFrame = 70'000; // more than the inbox, so that both ways of reading a payload are taken

// Takes all whole frames and compares them with the beginning of `expected`. False once the stream is lost.
bool take_all(FrameReader& reader, Bytes& expected) {
    for (;;) {
        const auto frame = reader.take();
        if (!frame) return false;
        if (!*frame) return true;
        const Bytes payload = (*frame)->payload;
        fuzz::require(payload.size() <= kMaxFrame && expected.size() >= kFrameHeader + payload.size());
        fuzz::require(std::ranges::equal(payload, expected.subspan(kFrameHeader, payload.size())));
        expected = expected.subspan(kFrameHeader + payload.size());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    int ends[2];
    fuzz::require(::pipe2(ends, O_CLOEXEC) == 0);
    const Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);
    FrameReader reader(reading.get(), kMaxFrame);
    const std::size_t piece = std::size_t{data[0]} * 16 + 1;
    Bytes left = std::as_bytes(std::span(data + 1, size - 1));
    Bytes expected = left;
    while (!left.empty()) {
        const Bytes now = left.first(std::min(piece, left.size()));
        fuzz::require(::write(writing.get(), now.data(), now.size()) == static_cast<ssize_t>(now.size()));
        left = left.subspan(now.size());
        fuzz::require(reader.fill().has_value());
        if (!take_all(reader, expected)) return 0;
    }
    writing.reset();
    const auto end = reader.fill();
    fuzz::require(end && *end == Input::end && reader.between_frames() == expected.empty());
    return 0;
}
