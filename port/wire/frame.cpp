#include "wire/frame.h"

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace thumbnailer {

namespace {

constexpr std::size_t kInbox = std::size_t{64} * 1024;

std::size_t length_at(const std::byte* bytes) {
    std::size_t length = 0;
    for (std::size_t index = 0; index < kFrameHeader; ++index)
        length = length << 8 | static_cast<std::size_t>(bytes[index]);
    return length;
}

std::array<std::byte, kFrameHeader> header_for(std::size_t length) {
    std::array<std::byte, kFrameHeader> header{};
    for (std::size_t index = 0; index < kFrameHeader; ++index)
        header[index] = static_cast<std::byte>(length >> 8 * (kFrameHeader - 1 - index));
    return header;
}

constexpr std::size_t kMaxPieces = 64;

// The rest of a frame after `written` bytes, up to the size of the vector.
int gather(Bytes header, const Payload& payload, std::size_t written, std::array<iovec, kMaxPieces>& vector) {
    std::size_t used = 0;
    const auto add = [&](Bytes piece) {
        const std::size_t skip = std::min(written, piece.size());
        written -= skip;
        if (skip == piece.size() || used == kMaxPieces) return;
        vector[used++] = {const_cast<std::byte*>(piece.data() + skip), piece.size() - skip};
    };
    add(header);
    for (std::size_t index = 0; index < payload.pieces(); ++index) add(payload.piece(index));
    return static_cast<int>(used);
}

} // namespace

FrameReader::FrameReader(int fd, std::size_t max_request_bytes)
    : fd_(fd), max_request_bytes_(max_request_bytes), inbox_(Mapping::anonymous(kInbox)) {}

Result<Input> FrameReader::fill() {
    if (begin_ != 0) {
        std::memmove(inbox_.data(), inbox_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    ssize_t count = 0;
    do
        count = large_ ? large_->memory.append_from(fd_, large_->length - large_->memory.size(),
                                                    {inbox_.data(), kInbox}) // free while a large frame arrives
                       : ::read(fd_, inbox_.data() + end_, kInbox - end_);
    while (count < 0 && errno == EINTR);
    if (count == 0) return Input::end;
    if (count < 0 && errno == EAGAIN) return Input::none;
    if (count < 0) return Failure{Reason::internal, std::string("reading stdin: ") + std::strerror(errno)};
    if (!large_) end_ += static_cast<std::size_t>(count);
    return Input::some;
}

namespace {

// A length whose bytes are characters: 622870816 is "% ab".
bool is_text(const std::byte* length) {
    return std::all_of(length, length + kFrameHeader, [](std::byte byte) {
        const int character = static_cast<int>(byte);
        return (character >= ' ' && character <= '~') || (character >= '\t' && character <= '\r');
    });
}

} // namespace

Result<std::optional<Frame>> FrameReader::take() {
    if (large_) return take_large();
    if (end_ - begin_ < kFrameHeader) return std::optional<Frame>();
    const std::size_t length = length_at(inbox_.data() + begin_);
    if (length > max_request_bytes_)
        return Failure{
            .reason = Reason::bad_request,
            .message =
                "a frame of " + std::to_string(length) + " bytes: at most " + std::to_string(max_request_bytes_) +
                " (--max-request-bytes)" +
                (is_text(inbox_.data() + begin_) ? "; this is text, of which thumbnailer frame makes frames" : ""),
            .limit = static_cast<std::int64_t>(max_request_bytes_)};
    if (length > kInbox - kFrameHeader) {
        if (auto begun = begin_large(length); !begun) return std::move(begun).error();
        return take();
    }
    if (end_ - begin_ < kFrameHeader + length) return std::optional<Frame>();
    Frame frame{inbox_.bytes().subspan(begin_ + kFrameHeader, length), std::nullopt};
    begin_ += kFrameHeader + length;
    return std::optional<Frame>(std::move(frame));
}

// Moves the part of the payload that is already in the inbox. The payload is longer than the inbox, so all bytes after
// the header belong to it.
Result<Done> FrameReader::begin_large(std::size_t length) {
    auto memory = SourceMemory::create();
    if (!memory) return std::move(memory).error();
    begin_ += kFrameHeader;
    if (auto moved = memory->append(inbox_.bytes().subspan(begin_, end_ - begin_)); !moved)
        return std::move(moved).error();
    begin_ = end_ = 0;
    large_.emplace(Large{std::move(*memory), length});
    return Done{};
}

Result<std::optional<Frame>> FrameReader::take_large() {
    if (large_->memory.size() < large_->length) return std::optional<Frame>();
    Large whole = std::move(*large_);
    large_.reset();
    auto descriptor = std::move(whole.memory).seal();
    if (!descriptor) return std::move(descriptor).error();
    Mapping mapping = Mapping::of(descriptor->get(), whole.length);
    if (mapping.size() != whole.length)
        return Failure{Reason::internal, std::string("mapping a frame: ") + std::strerror(errno)};
    const Bytes payload = mapping.bytes();
    return std::optional<Frame>({payload, SharedSource{std::move(*descriptor), std::move(mapping)}});
}

void FrameWriter::push(Payload payload) {
    frames_.push_back({header_for(payload.size()), std::move(payload)});
    pending_ += frames_.back().size();
}

bool FrameWriter::flush() {
    while (!frames_.empty()) {
        const Outgoing& frame = frames_.front();
        std::array<iovec, kMaxPieces> vector{};
        const int used = gather(frame.header, frame.payload, written_, vector);
        const ssize_t count = ::writev(fd_, vector.data(), used);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno == EAGAIN;
        written_ += static_cast<std::size_t>(count);
        pending_ -= static_cast<std::size_t>(count);
        if (written_ < frame.size()) continue;
        frames_.pop_front();
        written_ = 0;
    }
    return true;
}

} // namespace thumbnailer
