// What waits to be written: the payload of a frame as pieces, so that the bytes of a thumbnail go from the
// memory that the worker wrote to the pipe without a copy in between.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "term.h"

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

    // The bytes of a binary: referenced when large, so whoever owns them must be given to `keep`.
    void append_binary(Bytes bytes) {
        if (bytes.size() < kReferenceFrom) return append(bytes);
        pieces_.push_back({0, bytes.size(), bytes});
        size_ += bytes.size();
    }

    void keep(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }

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
    struct Piece {
        std::size_t offset;
        std::size_t length;
        Bytes referenced;
    };
    std::string copied_;
    std::vector<Piece> pieces_;
    std::vector<std::shared_ptr<const void>> owners_;
    std::size_t size_ = 0;
};

} // namespace thumbnailer
