#include "thumbnail/decode/exif_text.h"

#include <algorithm>

#include "base/utf8.h"
#include "thumbnail/containers/tiff.h"

namespace thumbnailer {

namespace {

bool is_date(const std::string& text) {
    constexpr std::string_view kForm = "0000:00:00 00:00:00";
    if (text.size() != kForm.size() || text.starts_with("0000")) return false;
    for (std::size_t at = 0; at < kForm.size(); ++at)
        if (kForm[at] == '0' ? text[at] < '0' || text[at] > '9' : text[at] != kForm[at]) return false;
    return true;
}

std::string printable(std::string text) {
    const bool control = std::ranges::any_of(text, [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; });
    return control || first_fault_in_utf8(text) ? std::string() : text;
}

} // namespace

std::string date_from_exif(std::string text) {
    if (!is_date(text)) return {};
    text[4] = text[7] = '-';
    text[10] = 'T';
    return text;
}

std::string camera_from_exif(std::string maker, std::string model) {
    maker = printable(std::move(maker));
    model = printable(std::move(model));
    // Many repeat themselves: Canon, Canon EOS 5D.
    if (maker.empty() || model.starts_with(maker)) return model;
    return model.empty() ? maker : maker + " " + model;
}

ExifText read_exif_text(Bytes exif) {
    constexpr std::uint64_t kMaker = 0x010f;
    constexpr std::uint64_t kModel = 0x0110;
    constexpr std::uint64_t kChanged = 0x0132;
    constexpr std::uint64_t kDetails = 0x8769; // a directory of its own
    constexpr std::uint64_t kTaken = 0x9003;
    constexpr std::uint64_t kDigitised = 0x9004;
    const auto tiff = Tiff::open(exif);
    const auto first = tiff ? tiff->first() : std::nullopt;
    if (!first) return {};
    ExifText text{.taken_at = {}, .camera = camera_from_exif(tiff->text(*first, kMaker), tiff->text(*first, kModel))};
    if (const auto details = tiff->value(*first, kDetails))
        for (const std::uint64_t tag : {kTaken, kDigitised})
            if (text.taken_at.empty()) text.taken_at = date_from_exif(tiff->text(*details, tag));
    if (text.taken_at.empty()) text.taken_at = date_from_exif(tiff->text(*first, kChanged));
    return text;
}

} // namespace thumbnailer
