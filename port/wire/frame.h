// Frames, as Erlang's {packet, 4} has them:
//
//    +---------------------------+------------------------+
//    | length, 32 bit big endian | payload, length bytes  |
//    +---------------------------+------------------------+
//
// After a length over the limit, or an end inside a frame, the next frame cannot be found, so the program ends.
// The limit is checked before any allocation. A payload that does not fit the inbox is read directly into shared
// memory, so that the image at its end reaches the worker without a copy.
#pragma once

#include <array>
#include <deque>
#include <optional>

#include "base/result.h"
#include "os/shared_memory.h"
#include "wire/payload.h"

namespace thumbnailer {

inline constexpr std::size_t kFrameHeader = 4;

// A payload that a worker can read directly.
struct SharedSource {
    Descriptor descriptor;
    Mapping mapping;
};

struct Frame {
    Bytes payload;                      // valid until the reader reads again, or as long as `shared`
    std::optional<SharedSource> shared; // holds the payload when it was large
};

enum class Input { some, none, end };

class FrameReader {
public:
    FrameReader(int fd, std::size_t max_request_bytes);

    // One read(2) of the available bytes.
    Result<Input> fill();
    // The next complete frame, if there is one.
    Result<std::optional<Frame>> take();
    // Whether the input may end now: true between frames.
    bool between_frames() const { return !large_ && begin_ == end_; }

private:
    struct Large {
        SourceMemory memory;
        std::size_t length;
    };
    Result<Done> begin_large(std::size_t length);
    Result<std::optional<Frame>> take_large();

    int fd_;
    std::size_t max_request_bytes_;
    Mapping inbox_;
    std::size_t begin_ = 0; // the unprocessed bytes are inbox_[begin_, end_)
    std::size_t end_ = 0;
    std::optional<Large> large_;
};

// Writes without blocking: the rest waits until the pipe is writable again.
class FrameWriter {
public:
    explicit FrameWriter(int fd) : fd_(fd) {}

    void push(Payload payload);
    // Writes as much as fits into the pipe. False if the reader has closed it.
    bool flush();
    bool empty() const { return frames_.empty(); }
    std::size_t pending_bytes() const { return pending_; }

private:
    struct Outgoing {
        std::array<std::byte, kFrameHeader> header;
        Payload payload;
        std::size_t size() const { return kFrameHeader + payload.size(); }
    };
    int fd_;
    std::deque<Outgoing> frames_;
    std::size_t written_ = 0; // of the first frame, its header included
    std::size_t pending_ = 0;
};

} // namespace thumbnailer
