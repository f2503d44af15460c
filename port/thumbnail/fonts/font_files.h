// The font files that workers can read. They have no file system: each file is open before the first fork, and what the
// font libraries in libvips open by its path is then a copy of that descriptor.
//
// libvips calls open(), access() and fstat() by name, so the program exports functions of those names (font_files.cpp).
// For every other path they do what the C library does, which in a worker is to be refused.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace thumbnailer {

// Opens the files at the descriptors that are reserved for fonts in workers. Called once, before any thread and fork.
// Fails with bad_option if a file cannot be opened, or if there are more than kMaxFonts.
Result<Done> keep_font_files(std::vector<std::string> paths);

// From here on the paths that are opened with success are written down, for a process that ends soon.
void record_opened_files();
std::vector<std::string> opened_files();

} // namespace thumbnailer
