#include "thumbnail/gif/gif_file.h"

#include <algorithm>
#include <bit>

namespace thumbnailer {

namespace {

// Section numbers are those of GIF89a.
constexpr int kExtension = 0x21;
constexpr int kControl = 0xf9;     // 23
constexpr int kApplication = 0xff; // 26
constexpr int kImage = 0x2c;       // 20
constexpr int kTrailer = 0x3b;     // 27
constexpr int kHasTable = 0x80;
constexpr int kKeep = 1 << 2; // 23, disposal
constexpr int kClear = 2 << 2;
constexpr int kEightBits = 7 << 4; // of the samples the colours were taken from

} // namespace

int ColourTable::bits() const {
    const std::size_t entries = colours.size() + (transparent ? 1 : 0);
    return std::max(1, static_cast<int>(std::bit_width(entries - 1)));
}

GifFile::GifFile(Size size, const ColourTable& colours, std::optional<int> plays)
    : colours_(colours.colours.size()), bits_(colours.bits()), still_(!plays) {
    text("GIF89a");
    number(size.width);
    number(size.height);
    byte(kHasTable | kEightBits | (bits_ - 1));
    byte(0); // the background, which nobody shows
    byte(0); // square pixels
    table(colours);
    if (plays && *plays != 1) repeats(*plays);
}

void GifFile::number(int value) {
    byte(value & 255);
    byte(value >> 8 & 255);
}

void GifFile::text(std::string_view letters) {
    for (const char letter : letters) byte(letter);
}

void GifFile::table(const ColourTable& colours) {
    for (const std::uint32_t colour : colours.colours)
        for (int shift = 0; shift < 24; shift += 8) byte(static_cast<int>(colour >> shift & 255));
    const std::size_t entries = std::size_t{1} << colours.bits();
    file_.resize(file_.size() + 3 * (entries - colours.colours.size()));
}

// Netscape's extension counts what follows the first time.
void GifFile::repeats(int plays) {
    byte(kExtension);
    byte(kApplication);
    byte(11);
    text("NETSCAPE2.0");
    byte(3);
    byte(1);
    number(plays == 0 ? 0 : plays - 1);
    byte(0);
}

void GifFile::add(const GifFrame& frame) {
    const std::size_t colours = frame.own ? frame.own->colours.size() : colours_;
    const int bits = frame.own ? frame.own->bits() : bits_;
    if (!still_ || frame.transparent) {
        constexpr int kMostDelay = 0xffff;
        byte(kExtension);
        byte(kControl);
        byte(4);
        byte((still_ ? 0 : frame.cleared ? kClear : kKeep) | (frame.transparent ? 1 : 0));
        number(std::min((frame.delay + 5) / 10, kMostDelay));
        byte(frame.transparent ? static_cast<int>(colours) : 0);
        byte(0);
    }
    byte(kImage);
    number(frame.rect.left);
    number(frame.rect.top);
    number(frame.rect.width);
    number(frame.rect.height);
    byte(frame.own ? kHasTable | (bits - 1) : 0);
    if (frame.own) table(*frame.own);
    append_lzw(file_, frame.indices, bits);
}

std::vector<std::byte> GifFile::finish() {
    byte(kTrailer);
    return std::move(file_);
}

} // namespace thumbnailer
