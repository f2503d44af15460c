// Prints terms in Erlang's syntax, for `show` and for messages.
#pragma once

#include <cstddef>
#include <string>

#include "base/term.h"

namespace thumbnailer::text {

struct Style {
    // A tuple, list or map that exceeds this column is split into several lines; 0: always one line.
    std::size_t columns = 100;
    // true: every binary in full, as <<"text">> if it is printable, else <<1,2,255>>. false: binaries that are
    // unprintable or, unless they are a message, longer than 200 bytes as <<53412 bytes>>, which parse
    // (text/reader/parse.h) refuses.
    bool whole_binaries = false;
};
inline constexpr Style kForPeople{};
// parse(print(term, kExact), nullptr) returns an equal term, if its atoms have at most 255 characters.
inline constexpr Style kExact{.columns = 0, .whole_binaries = true};

// Without a dot or a newline at the end. Lists that Erlang's ~p prints as strings are printed as strings. Control
// characters and bidirectional formatting characters are escaped.
std::string print(const Term& term, Style style = kForPeople);

} // namespace thumbnailer::text
