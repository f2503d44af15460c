#include "thumbnail/heif/heif_transforms.h"

#include <cmath>

#include "thumbnail/geometry/orientation.h"

namespace thumbnailer {

namespace {

// By orientation: the orientation after a further quarter turn clockwise, or a flip.
constexpr std::int32_t kTurned[] = {0, 6, 7, 8, 5, 2, 3, 4, 1};
constexpr std::int32_t kMirrored[] = {0, 2, 1, 4, 3, 6, 5, 8, 7};
constexpr std::int32_t kFlipped[] = {0, 4, 3, 2, 1, 8, 7, 6, 5};

// A side of a picture of `all` pixels: where the part begins and its length. The fractions of real files are whole.
struct Span {
    std::int32_t from = 0;
    std::int32_t length = 0;
};

std::optional<Span> span(std::int32_t all, std::int64_t length_n, std::int64_t length_d, std::int64_t offset_n,
                         std::int64_t offset_d) {
    if (length_d == 0 || offset_d == 0) return std::nullopt;
    const double length = static_cast<double>(length_n) / static_cast<double>(length_d);
    const double offset = static_cast<double>(offset_n) / static_cast<double>(offset_d);
    const double from = std::floor((all - length) / 2 + offset);
    if (!(length >= 1) || !(from >= 0) || !(from + std::floor(length) <= all)) return std::nullopt;
    return Span{static_cast<std::int32_t>(from), static_cast<std::int32_t>(length)};
}

Result<HeifView> cropped(HeifView view, const CleanAperture& aperture) {
    const Size seen = swap_if_sideways(view.crop.size(), view.orientation);
    const auto across = span(seen.width, aperture.width_n, aperture.width_d, aperture.right_n, aperture.right_d);
    const auto down = span(seen.height, aperture.height_n, aperture.height_d, aperture.down_n, aperture.down_d);
    if (!across || !down) return bad_heif("shows a part of itself that is not in it (clap)");
    const Rect part = stored_rect({across->from, down->from, across->length, down->length}, seen, view.orientation);
    view.crop = {view.crop.left + part.left, view.crop.top + part.top, part.width, part.height};
    return view;
}

} // namespace

Result<HeifView> transformed(HeifView view, const std::vector<HeifTransform>& transforms) {
    for (const HeifTransform& transform : transforms) {
        switch (transform.kind) {
        case HeifTransform::Kind::rotate:
            for (std::uint64_t quarter = transform.value; quarter < 4 && quarter > 0; ++quarter)
                view.orientation = kTurned[view.orientation];
            break;
        case HeifTransform::Kind::mirror:
            view.orientation = (transform.value == 0 ? kFlipped : kMirrored)[view.orientation];
            break;
        case HeifTransform::Kind::crop:
            auto part = cropped(view, transform.aperture);
            if (!part) return part;
            view = *part;
            break;
        }
    }
    return view;
}

} // namespace thumbnailer
