// The text of an XML file as UTF-8, in whatever encoding it is stored.
#pragma once

#include <string>

#include "base/bytes.h"

namespace thumbnailer {

// UTF-16 of either byte order, by its mark or by its first `<`, and UTF-8 with a mark become UTF-8 without one; then an
// XML declaration, which would name the old encoding, is left out. Other encodings stay: whatever has a meaning in XML
// is ASCII in them.
std::string xml_text(Bytes source);

// Half of a surrogate pair becomes U+FFFD.
std::string from_utf16(Bytes source, bool little);

} // namespace thumbnailer
