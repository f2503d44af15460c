// Terms in Erlang's own syntax, for people: what `show` prints and messages quote.
#pragma once

#include <cstddef>
#include <string>

#include "base/term.h"

namespace thumbnailer::text {

struct Style {
    // A tuple, list or map that would pass this column goes on over several lines; 0 keeps all on one line.
    std::size_t columns = 100;
    // Every binary in full: <<"text">> when it is printable, else <<1,2,255>>. Otherwise what is unprintable
    // or longer than 200 bytes is <<53412 bytes>>, which parse (text/reader/parse.h) refuses.
    bool whole_binaries = false;
};
inline constexpr Style kForPeople{};
// parse(print(term, kExact), nullptr) is the term again, for every term with atoms of at most 255 characters.
inline constexpr Style kExact{.columns = 0, .whole_binaries = true};

// Without a dot or a newline at the end. Lists that Erlang's ~p shows as strings are shown as strings. Control
// characters and those that would rearrange a terminal's line are escaped.
std::string print(const Term& term, Style style = kForPeople);

} // namespace thumbnailer::text
