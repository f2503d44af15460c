// Frames, as Erlang's {packet, 4} has them:
//
//    +---------------------------+------------------------+
//    | length, 32 bit big endian | payload, length bytes  |
//    +---------------------------+------------------------+
//
// After a length over the limit, or an end inside a frame, the next frame cannot be found: the program ends.
// The limit is checked before anything is allocated. A payload that does not fit the inbox goes straight from the pipe
// into shared memory, so that the image in its tail reaches the worker without a copy.
#pragma once

#include <array>
#include <deque>
#include <optional>

#include "base/result.h"
#include "os/shared_memory.h"
#include "wire/payload.h"

namespace thumbnailer {

inline constexpr std::size_t kFrameHeader = 4;

// A payload that a worker may read as it is.
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

    // One read of what is there.
    Result<Input> fill();
    // The next whole frame among what was read, if there is one.
    Result<std::optional<Frame>> take();
    // Whether the input may end here: true between frames.
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
    std::size_t begin_ = 0; // what was read and not yet taken: inbox_[begin_, end_)
    std::size_t end_ = 0;
    std::optional<Large> large_;
};

// Writes without blocking: what the pipe does not take stays until it is writable again.
class FrameWriter {
public:
    explicit FrameWriter(int fd) : fd_(fd) {}

    void push(Payload payload);
    // Writes as much as the pipe takes. False when nobody reads any more.
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
