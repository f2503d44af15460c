#include "svg/recognise.h"

#include <algorithm>

#include "svg/gunzip.h"
#include "svg/tag.h"
#include "svg/xml_text.h"

namespace thumbnailer {

namespace {

using namespace std::string_view_literals;

// The most that may precede the root element: licences, styles, entities.
constexpr std::size_t kWithin = 1 << 20;

// Most sources are not text.
bool may_be_xml(Bytes source) {
    std::string_view start = text_of(source.first(std::min<std::size_t>(source.size(), 256)));
    start.remove_prefix(std::min(start.size(), start.find_first_not_of(" \t\r\n\xef\xbb\xbf\xff\xfe\0"sv)));
    return start.starts_with('<');
}

} // namespace

bool is_svg(Bytes source) {
    if (is_gzip(source)) {
        const Inflated unpacked = gunzip(source, kWithin);
        return !is_gzip(unpacked.bytes) && is_svg(unpacked.bytes);
    }
    if (!may_be_xml(source)) return false;
    const std::string text = xml_text(source.first(std::min(source.size(), kWithin)));
    const auto root = root_of(text);
    return root && root->local_name() == "svg";
}

} // namespace thumbnailer
