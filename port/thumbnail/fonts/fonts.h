// The fonts for text in SVG: found and read before the first worker is forked.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace thumbnailer {

struct Fonts {
    std::vector<std::string> families; // sorted; empty: there is no font
    std::size_t files = 0;             // that are open from kFirstFont on
};

// `wanted` are names of families, of files or of folders (with a slash in them); what a family name stands for is
// decided by the system's fontconfig. None: sans-serif, serif and monospace. Called once, when libvips is started and
// before any thread and any fork: draws text of each, which leaves the fonts in memory that workers share, and no
// thread. Fails with bad_option when a file or a folder cannot be read.
Result<Fonts> load_fonts(const std::vector<std::string>& wanted);

} // namespace thumbnailer
