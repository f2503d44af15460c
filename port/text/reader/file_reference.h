// {file, Path}, our only extension of Erlang's syntax. read_file is declared in text/reader/parse.h.
#pragma once

#include <optional>
#include <string>

#include "base/term.h"

namespace thumbnailer::text {

// A binary, or a list of characters such as "photo.jpg".
std::optional<std::string> path_of(const Term& term);

} // namespace thumbnailer::text
