#include "thumbnail/pixels/roll.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "thumbnail/pixels/pixels.h"
#include "thumbnail/vips/compute.h"

namespace thumbnailer {

using vips::VImage;

namespace {

constexpr std::uint8_t kOpaque = 255;

VImage roll_like(const VImage& image, Size size) { return empty_like(image, size.width, size.height, image.bands()); }

void copy_rows(const VImage& from, Place start, const VImage& to, Place goal, Size size) {
    const std::size_t length = VIPS_IMAGE_SIZEOF_PEL(from.get_image()) * static_cast<std::size_t>(size.width);
    for (int y = 0; y < size.height; ++y)
        std::memcpy(VIPS_IMAGE_ADDR(to.get_image(), goal.x, goal.y + y),
                    VIPS_IMAGE_ADDR(from.get_image(), start.x, start.y + y), length);
}

// Looks at all pixels, so that the compiler makes vectors of the loop.
template <std::size_t Bands>
bool is_opaque(const std::uint8_t* from, std::size_t pixels) {
    std::uint8_t all = kOpaque;
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) all &= from[pixel * Bands + Bands - 1];
    return all == kOpaque;
}

template <std::size_t Bands>
void copy_colours(const std::uint8_t* from, std::uint8_t* to, std::size_t pixels) {
    for (std::size_t pixel = 0; pixel < pixels; ++pixel)
        for (std::size_t band = 0; band + 1 < Bands; ++band)
            to[pixel * (Bands - 1) + band] = from[pixel * Bands + band];
}

VImage with_bands_of(const VImage& image, const VImage& other) {
    return image.bands() < other.bands() ? computed(image.bandjoin_const({255})) : image;
}

} // namespace

VImage as_row(const VImage& roll, int frames) {
    const VImage read = computed(roll);
    const Size frame{roll.width(), roll.height() / frames};
    VImage row = roll_like(read, {frame.width * frames, frame.height});
    for (int index = 0; index < frames; ++index)
        copy_rows(read, {0, index * frame.height}, row, {index * frame.width, 0}, frame);
    return row;
}

VImage as_roll(const VImage& row, int frames) {
    const VImage read = computed(row);
    const Size frame{row.width() / frames, row.height()};
    VImage roll = roll_like(read, {frame.width, frame.height * frames});
    for (int index = 0; index < frames; ++index)
        copy_rows(read, {index * frame.width, 0}, roll, {0, index * frame.height}, frame);
    return roll;
}

VImage part_of_frames(const VImage& roll, int frames, const Rect& part) {
    const int height = roll.height() / frames;
    if (part == whole({roll.width(), height})) return roll;
    const VImage read = computed(roll);
    const VImage parts = roll_like(read, {part.width, part.height * frames});
    for (int index = 0; index < frames; ++index)
        copy_rows(read, {part.left, index * height + part.top}, parts, {0, index * part.height}, part.size());
    return with_fields_of(roll, parts);
}

VImage without_opaque_alpha(const VImage& image) {
    const int bands = image.bands();
    if (!image.has_alpha() || image.format() != VIPS_FORMAT_UCHAR || (bands != 2 && bands != 4)) return image;
    VImage read = computed(image);
    const std::size_t pixels = VIPS_IMAGE_N_PELS(read.get_image());
    const std::uint8_t* from = VIPS_IMAGE_ADDR(read.get_image(), 0, 0);
    if (!(bands == 2 ? is_opaque<2>(from, pixels) : is_opaque<4>(from, pixels))) return read;
    const VImage opaque = empty_like(read, read.width(), read.height(), bands - 1);
    std::uint8_t* to = VIPS_IMAGE_ADDR(opaque.get_image(), 0, 0);
    bands == 2 ? copy_colours<2>(from, to, pixels) : copy_colours<4>(from, to, pixels);
    return with_fields_of(read, opaque);
}

void RollWriter::add(const VImage& roll, int frames) {
    VImage read = computed(roll);
    const Size frame{read.width(), read.height() / frames};
    if (written_ == 0) {
        first_ = read;
        whole_ = roll_like(read, {frame.width, frame.height * frames_});
    }
    whole_ = with_bands_of(whole_, read); // an opaque frame before one that is not
    read = with_bands_of(read, whole_);
    copy_rows(read, {}, whole_, {0, written_ * frame.height}, {frame.width, frame.height * frames});
    written_ += frames;
}

VImage RollWriter::finish() { return with_fields_of(first_, whole_); }

} // namespace thumbnailer
