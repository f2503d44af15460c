#include "thumbnail/decode/drawing.h"

#include <string>

#include "job/format.h"
#include "svg/gunzip.h"
#include "svg/lengths.h"
#include "svg/root_size.h"
#include "svg/tag.h"
#include "svg/xml_text.h"
#include "thumbnail/decode/drawing_images.h"
#include "thumbnail/decode/sniff.h"

namespace thumbnailer {

namespace {

constexpr std::size_t kMaxUnpacked = 64 << 20;

Result<std::string> unpacked_text(Bytes source) {
    if (!is_gzip(source)) return xml_text(source);
    const Inflated unpacked = gunzip(source, kMaxUnpacked);
    if (unpacked.end == Inflated::End::at_limit)
        return Failure{.reason = Reason::too_large,
                       .message = "the svg image unpacks to more than " + std::to_string(kMaxUnpacked) + " bytes",
                       .limit = kMaxUnpacked};
    if (unpacked.end == Inflated::End::damaged)
        return Failure{Reason::bad_image, "the svg image is packed by gzip, and damaged"};
    return xml_text(unpacked.bytes);
}

// The renderer draws no foreignObject, but it takes one for the first choice of a <switch>, as drawing programs put one
// before their text. With an extension that nobody knows, the next child is chosen (SVG 2, 5.9.3).
std::string without_foreign_choices(std::string_view text) {
    std::string made;
    std::size_t copied = 0;
    for (auto tag = next_tag(text, 0); tag; tag = next_tag(text, tag->end)) {
        if (tag->local_name() != "foreignObject" || tag->value("requiredExtensions")) continue;
        const std::size_t behind_name = tag->begin + 1 + tag->name.size();
        made.append(text.substr(copied, behind_name - copied)).append(" requiredExtensions=\"none\"");
        copied = behind_name;
    }
    return made.append(text.substr(copied));
}

bool has_text(std::string_view text, const Tag& root) {
    for (auto tag = next_tag(text, root.end); tag; tag = next_tag(text, tag->end))
        if (tag->local_name() == "text") return true;
    return false;
}

} // namespace

Result<std::optional<std::vector<std::byte>>> prepared_drawing(Bytes source, const Limits& limits) {
    using Prepared = std::optional<std::vector<std::byte>>;
    if (!limits.loaders.has(Format::svg) || sniff(source) != Format::svg) return Prepared();
    auto text = unpacked_text(source);
    if (!text) return std::move(text).error();
    *text = without_foreign_choices(lengths_in_pixels(*text));
    const auto root = root_of(*text);
    if (!root) return Failure{Reason::bad_image, "the svg image has no whole root element"};
    std::string behind_root;
    if (limits.text != DrawnText::drawn && has_text(*text, *root)) {
        if (limits.text == DrawnText::refused)
            return Failure{
                Reason::unsupported_format,
                "the svg image has text, and there is no font to draw it with: install one, or name files or "
                "folders (--fonts), or have text left out (--fonts none)"};
        behind_root = "<style xmlns=\"http://www.w3.org/2000/svg\">text{display:none !important}</style>";
    }
    auto images = with_known_images(std::string_view(*text).substr(root->end), limits);
    if (!images) return std::move(images).error();
    const std::string head =
        root_with_size(*root, limits.max_side, limits.max_pixels)
            .value_or(std::string(std::string_view(*text).substr(root->begin, root->end - root->begin)));
    const std::string drawing = text->substr(0, root->begin) + head + behind_root + *images;
    const Bytes bytes = bytes_of(drawing);
    return Prepared(std::vector<std::byte>(bytes.begin(), bytes.end()));
}

} // namespace thumbnailer
