// The payload of a frame that waits to be written, as pieces, so that the bytes of a thumbnail go from the
// memory that the worker wrote to the pipe without a copy in between.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace thumbnailer {

class Payload {
public:
    // Below this a copy is cheaper than one more piece for writev.
    static constexpr std::size_t kReferenceFrom = 4096;

    void append(Bytes bytes) {
        if (bytes.empty()) return;
        if (pieces_.empty() || pieces_.back().referenced.data() != nullptr) pieces_.push_back({copied_.size(), 0, {}});
        copied_.append(text_of(bytes));
        pieces_.back().length += bytes.size();
        size_ += bytes.size();
    }

    // From now on binaries that lie in `range` are referenced, when they are large. `owner` keeps them alive.
    void keep(std::shared_ptr<const void> owner, Bytes range) { kept_.push_back({std::move(owner), range}); }

    // The bytes of a binary. What lies in no kept range is copied, because nobody says how long it lives.
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

    // All of it in one string: for tests and for what is small by nature.
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
