// The families of raw files, with one source file each. Nothing: the bytes are not of this family.
#pragma once

#include <optional>

#include "thumbnail/raw/raw.h"

namespace thumbnailer {

// TIFF with directories of raw files: DNG, CR2, NEF, ARW, PEF, SRW and others; and RW2, which has another magic.
std::optional<RawFile> read_tiff_raw(Bytes source);

// RAF of Fujifilm: a header with the places of a JPEG and of a list of sizes.
std::optional<RawFile> read_fuji_raw(Bytes source);

// CR3 of Canon: boxes of ISO media files.
std::optional<RawFile> read_canon_raw(Bytes source);

} // namespace thumbnailer
