// Quotes a client's value in a message: on one line, printable and short.
#pragma once

#include <string>
#include <string_view>

#include "base/term.h"

namespace thumbnailer {

// Erlang syntax, at most about 120 characters.
std::string quote(const Term& term);

// A path in double quotes; bytes that are not printable UTF-8 become \xNN.
std::string quote_path(std::string_view path);

} // namespace thumbnailer
