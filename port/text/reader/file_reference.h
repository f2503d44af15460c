// {file, Path}: the one thing that text says and Erlang's syntax does not. read_file itself is in text/reader/parse.h.
#pragma once

#include <optional>
#include <string>

#include "base/term.h"

namespace thumbnailer::text {

// A binary, or a list of characters as "photo.jpg" is one.
std::optional<std::string> path_of(const Term& term);

} // namespace thumbnailer::text
