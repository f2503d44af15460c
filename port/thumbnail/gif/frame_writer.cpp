#include "thumbnail/gif/frame_writer.h"

#include <algorithm>
#include <utility>

namespace thumbnailer {

namespace {

bool is_empty(const Rect& rect) { return rect.width == 0; }

} // namespace

GifFrameWriter::GifFrameWriter(Size size, const GifSettings& settings, const Palette& shared, bool transparent,
                               std::optional<int> plays)
    : size_(size), settings_(settings), shared_(shared), transparent_(transparent), canvas_(size, settings.tolerance),
      file_(size, {shared.colours(), transparent}, plays) {}

void GifFrameWriter::add(std::span<const std::uint32_t> frame, std::span<const std::uint32_t> next, int delay) {
    Rect rect = canvas_.draw(frame);
    const Rect erased = next.empty() ? Rect{} : canvas_.to_erase(next);
    if (!is_empty(erased)) rect = is_empty(rect) ? erased : united(rect, erased);
    if (is_empty(rect)) rect = {0, 0, 1, 1};                // of a frame that shows only how long it is
    if (std::exchange(begins_, false)) rect = whole(size_); // viewers differ in what they show around a first frame
    choose_palette(rect);
    const std::vector<std::uint32_t>& colours = palette().colours();
    GifFrame made{.rect = rect,
                  .indices = {first_, other_},
                  .transparent = drawn_ < static_cast<std::int64_t>(first_.size()),
                  .cleared = !is_empty(erased),
                  .delay = delay,
                  .own = {}};
    if (uses_own_) made.own = ColourTable{colours, transparent_};
    file_.add(made);
    if (!is_empty(erased)) canvas_.clear(rect);
}

PaletteLimits GifFrameWriter::limits() const {
    return {.most = settings_.colours - (transparent_ ? 1 : 0), .enough = settings_.enough, .rounds = settings_.rounds};
}

ColourHistogram GifFrameWriter::drawn() const {
    ColourHistogram histogram;
    for (std::size_t at = 0; at < canvas_.pixels().size(); ++at)
        if (canvas_.is_drawn(at)) histogram.add(canvas_.pixels().subspan(at, 1));
    return histogram;
}

bool GifFrameWriter::suffices(const Rect& rect) {
    index(rect);
    return error_ <= settings_.coarse * static_cast<double>(drawn_);
}

// That of the frame before, if it suffices, then that of all frames, then one of the frame's own, if that is much
// better.
void GifFrameWriter::choose_palette(const Rect& rect) {
    constexpr std::int64_t kWorthAPalette = 500; // pixels
    if (suffices(rect)) return;
    if (uses_own_) {
        uses_own_ = false;
        if (suffices(rect)) return;
    }
    if (drawn_ < kWorthAPalette) return;
    const double shared = error_;
    own_.emplace(drawn(), limits());
    uses_own_ = true;
    index(rect);
    if (error_ <= shared / 2) return;
    uses_own_ = false;
    index(rect);
}

void GifFrameWriter::index(const Rect& rect) {
    first_.clear();
    other_.clear();
    error_ = 0;
    drawn_ = 0;
    for (int y = rect.top; y < rect.top + rect.height; ++y)
        for (int x = rect.left; x < rect.left + rect.width; ++x)
            index_pixel(static_cast<std::size_t>(y) * static_cast<std::size_t>(size_.width) +
                        static_cast<std::size_t>(x));
}

// What is not drawn may be transparent, or drawn again in the same colour: which it has when there is one palette.
void GifFrameWriter::index_pixel(std::size_t at) {
    const std::uint32_t pixel = canvas_.pixels()[at];
    const auto nothing = static_cast<std::uint8_t>(palette().colours().size());
    const bool drawn = canvas_.is_drawn(at);
    const Palette::Nearest nearest = pixel == 0 ? Palette::Nearest{nothing, 0} : palette().nearest(pixel);
    first_.push_back(drawn ? nearest.index : nothing);
    other_.push_back(drawn || !own_ ? nearest.index : nothing);
    if (!drawn) return;
    error_ += double{nearest.error};
    ++drawn_;
}

} // namespace thumbnailer
