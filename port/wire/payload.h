// The payload of an outgoing frame, in parts, so that the bytes of a thumbnail are written from the worker's shared
// memory to the pipe without a copy.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace thumbnailer {

class Payload {
public:
    // Below this size a copy is cheaper than one more part for writev.
    static constexpr std::size_t kReferenceFrom = 4096;

    void append(Bytes bytes) {
        if (bytes.empty()) return;
        if (pieces_.empty() || pieces_.back().referenced.data() != nullptr) pieces_.push_back({copied_.size(), 0, {}});
        copied_.append(text_of(bytes));
        pieces_.back().length += bytes.size();
        size_ += bytes.size();
    }

    // From now on large binaries in `range` are referenced. `owner` keeps them alive.
    void keep(std::shared_ptr<const void> owner, Bytes range) { kept_.push_back({std::move(owner), range}); }

    // The bytes of a binary. Bytes outside of all kept ranges are copied, because their lifetime is unknown.
    void append_binary(Bytes bytes) {
        if (bytes.size() < kReferenceFrom || !is_kept(bytes)) return append(bytes);
        pieces_.push_back({0, bytes.size(), bytes});
        size_ += bytes.size();
    }

    std::size_t size() const { return size_; }
    std::size_t pieces() const { return pieces_.size(); }
    Bytes piece(std::size_t index) const {
        const Piece& piece = pieces_[index];
        if (piece.referenced.data() != nullptr) return piece.referenced;
        return bytes_of(std::string_view(copied_)).subspan(piece.offset, piece.length);
    }

    // The whole payload in one string, for tests and small payloads.
    std::string flat() const {
        std::string all;
        for (std::size_t index = 0; index < pieces(); ++index) all.append(text_of(piece(index)));
        return all;
    }

private:
    struct Kept {
        std::shared_ptr<const void> owner;
        Bytes range;
    };
    bool is_kept(Bytes bytes) const {
        return std::ranges::any_of(kept_, [&](const Kept& kept) {
            return bytes.data() >= kept.range.data() &&
                   bytes.data() + bytes.size() <= kept.range.data() + kept.range.size();
        });
    }

    struct Piece {
        std::size_t offset;
        std::size_t length;
        Bytes referenced;
    };
    std::string copied_;
    std::vector<Piece> pieces_;
    std::vector<Kept> kept_;
    std::size_t size_ = 0;
};

} // namespace thumbnailer
