#include "thumbnail/decode/sniff.h"

#include "svg/recognise.h"

namespace thumbnailer {

std::optional<Format> sniff(Bytes source) {
    if (const auto format = format_by_magic(source)) return format;
    return is_svg(source) ? std::optional(Format::svg) : std::nullopt;
}

} // namespace thumbnailer
