// Parses terms in Erlang's syntax, for `frame`.
//
//    {make, 1, #{outputs => [#{width => 200, format => webp}]}, {bytes, {file, "photo.jpg"}}}.
//
// It accepts the terms of file:consult/1: atoms, integers (also 16#ff, $a, 1_000), floats, strings (lists of code
// points), binaries, lists, tuples, maps, comments; a dot ends each term. {file, Path} is a binary with the bytes of
// that file. It refuses list tails ([a | B]), bit sizes (<<1:4>>), duplicate keys, characters and integers that do not
// fit a byte (Erlang would truncate them), and terms over the limits of base/term_limits.h.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/term.h"

namespace thumbnailer::text {

// Terms together with the bytes that they borrow. The terms stay valid after a move, but not after a copy.
class OwnedTerms {
public:
    OwnedTerms() = default;
    OwnedTerms(OwnedTerms&&) = default;
    OwnedTerms& operator=(OwnedTerms&&) = default;

    const std::vector<Term>& terms() const { return terms_; }

    void add(Term term) { terms_.push_back(std::move(term)); }
    // Bytes that terms borrow. A deque, because its elements never move.
    std::string_view keep(std::string bytes) { return kept_.emplace_back(std::move(bytes)); }

private:
    std::deque<std::string> kept_;
    std::vector<Term> terms_;
};

// Returns the replacement of {file, Path}.
using FileReader = std::function<Result<std::string>(const std::string& path)>;

// The bytes of a regular file; a relative path is relative to the working directory. Fails with not_found,
// not_a_file, no_access, or too_large when the file is longer than a frame can be.
Result<std::string> read_file(const std::string& path);

// One term or several, each ended by a dot; the dot may be missing when there is only one. `text` is UTF-8
// and need not outlive the result. Without a FileReader, {file, Path} is a tuple like any other.
// Fails with bad_term or the FileReader's reason; the message begins with "line 3, column 14: ".
Result<OwnedTerms> parse(std::string_view text, const FileReader& files = read_file);

} // namespace thumbnailer::text
