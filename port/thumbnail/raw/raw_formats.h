// The families of raw files, each of which is read in a file of its own. Nothing: the bytes are not of this family.
#pragma once

#include <optional>

#include "thumbnail/raw/raw.h"

namespace thumbnailer {

// TIFF with what only raw files hold: DNG, CR2, NEF, ARW, PEF, SRW and others; and RW2, a TIFF of another number.
std::optional<RawFile> read_tiff_raw(Bytes source);

// RAF of Fujifilm: a header with the places of a JPEG and of a list of sizes.
std::optional<RawFile> read_fuji_raw(Bytes source);

// CR3 of Canon: boxes of ISO media files.
std::optional<RawFile> read_canon_raw(Bytes source);

} // namespace thumbnailer
