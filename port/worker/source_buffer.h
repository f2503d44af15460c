// The bytes of sources, read into memory that is kept from one image to the next: a page that is mapped anew costs more
// than the copy, and a file that shrinks while it is read ends in an error instead of SIGBUS.
#pragma once

#include "base/result.h"
#include "os/shared_memory.h"

namespace thumbnailer {

class SourceBuffer {
public:
    // Sources above this size are mapped: their pages are many, and most formats look at each of them once.
    static constexpr std::size_t kMostRead = std::size_t{16} << 20;

    // The first `size` bytes of `fd`, valid until the next call. Fails with bad_image when there are fewer, with
    // internal when the kernel refuses.
    Result<Bytes> take(int fd, std::size_t size);
    // Unmaps the last source if it is a large one.
    void drop_large() { large_ = Mapping(); }
    // Gives all its memory back.
    void release();
    bool empty() const { return kept_.size() == 0; }

private:
    Mapping kept_;
    Mapping large_;
};

} // namespace thumbnailer
