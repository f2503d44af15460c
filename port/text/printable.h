// Text that a worker chose, as it may stand in an answer: UTF-8 without anything that a terminal or a log acts on.
#pragma once

#include <string>
#include <string_view>

namespace thumbnailer {

// Control characters, marks that change how a line reads, and bytes that are not UTF-8 become \xNN or \x{N}. `lines`:
// line feeds stay. What is cut inside a character ends before it.
std::string printable(std::string_view text, bool lines = false);

} // namespace thumbnailer
