#include "thumbnail/geometry/orientation.h"

namespace thumbnailer {

int orientation_of(int exif, const Output& output) {
    // For each orientation: the one that results when the displayed picture is flipped, or rotated by 180 degrees.
    constexpr int kMirrored[] = {0, 2, 1, 4, 3, 6, 5, 8, 7};
    constexpr int kHalfTurned[] = {0, 3, 4, 1, 2, 7, 8, 5, 6};
    constexpr int kRotations[] = {0, 1, 6, 3, 8}; // in the order of Rotate
    const int turn = output.rotate == Rotate::automatic ? exif : kRotations[static_cast<std::size_t>(output.rotate)];
    switch (output.flip) {
    case Flip::horizontal: return kMirrored[turn];
    case Flip::vertical: return kHalfTurned[kMirrored[turn]];
    case Flip::both: return kHalfTurned[turn];
    case Flip::none: break;
    }
    return turn;
}

Rect stored_rect(const Rect& rect, Size oriented_size, int orientation) {
    const std::int32_t right = oriented_size.width - rect.left - rect.width;
    const std::int32_t bottom = oriented_size.height - rect.top - rect.height;
    switch (orientation) {
    case 2: return {right, rect.top, rect.width, rect.height};
    case 3: return {right, bottom, rect.width, rect.height};
    case 4: return {rect.left, bottom, rect.width, rect.height};
    case 5: return {rect.top, rect.left, rect.height, rect.width};
    case 6: return {rect.top, right, rect.height, rect.width};
    case 7: return {bottom, right, rect.height, rect.width};
    case 8: return {bottom, rect.left, rect.height, rect.width};
    default: return rect;
    }
}

} // namespace thumbnailer
