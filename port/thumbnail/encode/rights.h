// What of a picture's metadata says whose it is, byte for byte, and without anything else.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace thumbnailer {

// Artist and Copyright of an EXIF block; nothing when it has neither.
std::optional<std::vector<std::byte>> exif_rights(Bytes exif);

// Of an XMP packet the elements and attributes dc:rights, dc:creator and xmpRights:*; nothing when it has none.
std::optional<std::string> xmp_rights(std::string_view xmp);

// An XMP packet that tells no orientation but upright, and holds no small copy of another picture.
std::string xmp_of_thumbnail(std::string_view xmp);

// Of the IPTC record in a block of Photoshop's: By-line, Credit, Source and Copyright Notice (IIM, 2:80, 2:110, 2:115
// and 2:116), or all of it. Nothing when nothing is left. What Photoshop puts beside it goes: the previews are there.
enum class IptcFields { rights, all };
std::optional<std::vector<std::byte>> iptc_of_thumbnail(Bytes block, IptcFields fields);

} // namespace thumbnailer
