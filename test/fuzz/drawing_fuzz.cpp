// Whatever a drawing is packed and written like, reading its tags ends, and what is made of it is a drawing again.
#include <cstdint>
#include <cstdlib>
#include <span>

#include "job/format.h"
#include "svg/base64.h"
#include "svg/gunzip.h"
#include "svg/recognise.h"
#include "svg/tag.h"
#include "svg/xml_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace thumbnailer;
    const Bytes source = std::as_bytes(std::span(data, size));
    constexpr std::size_t kLimit = 1 << 16;
    if (gunzip(source, kLimit).bytes.size() > kLimit) std::abort();
    const std::string text = xml_text(source);
    if (is_svg(source) && !is_gzip(source) && !root_of(text)) std::abort();
    for (auto tag = next_tag(text, 0); tag; tag = next_tag(text, tag->end)) {
        if (tag->end <= tag->begin || tag->end > text.size()) std::abort();
        for (const Attribute& attribute : tag->attributes) from_base64(attribute.value);
    }
    return 0;
}
