#include "thumbnail/pixels/premultiply.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "thumbnail/vips/vips_errors.h"

namespace thumbnailer {

using vips::VImage;

namespace {

constexpr std::uint8_t kOpaque = 255;
constexpr int kRowsKept = 10; // as vips_shrinkv has it

template <int Bands>
using PixelOf = std::conditional_t<Bands == 2, std::uint16_t, std::uint32_t>;

// What a block covers of a side, in half pixels, because both edges of the image are treated alike: where the blocks
// are longer than the side, half of the rest is missing at each end. vips_reduce expects that, too.
struct Span {
    int begin;
    int end;

    int length() const { return end - begin; }
    int first_pixel() const { return begin / 2; }
    int end_pixel() const { return (end + 1) / 2; }
    // 1 or 2 halves.
    int halves_of(int pixel) const { return std::min(end, 2 * pixel + 2) - std::max(begin, 2 * pixel); }
};

class Blocks {
public:
    Blocks(int side, int length)
        : side_(side), length_(length), count_((side + length - 1) / length), missing_(count_ * length - side) {}

    int count() const { return count_; }
    Span operator[](int block) const {
        const int begin = 2 * block * length_ - missing_;
        return {std::max(0, begin), std::min(2 * side_, begin + 2 * length_)};
    }

private:
    int side_;
    int length_;
    int count_;
    int missing_;
};

// What each sample of a row is multiplied by: alpha, and alpha itself by 255, as if it were a colour. This loop and the
// next are such that compilers turn them into vector instructions.
template <typename Pixel>
void weigh(const std::uint8_t* from, int columns, std::uint8_t* weights) {
    static_assert(std::endian::native == std::endian::little, "alpha is the last byte of a pixel");
    constexpr int kAlpha = 8 * (sizeof(Pixel) - 1);
    constexpr Pixel kColours = static_cast<Pixel>(~Pixel{0}) >> 8;
    constexpr Pixel kEach = kColours / 255; // 1 in each byte of a colour
    for (int x = 0; x < columns; ++x, from += sizeof(Pixel), weights += sizeof(Pixel)) {
        Pixel pixel = 0;
        std::memcpy(&pixel, from, sizeof pixel);
        pixel = static_cast<Pixel>(static_cast<Pixel>(pixel >> kAlpha) * kEach | static_cast<Pixel>(~kColours));
        std::memcpy(weights, &pixel, sizeof pixel);
    }
}

void add(const std::uint8_t* from, const std::uint8_t* weights, std::size_t samples, int halves, std::int32_t* sums) {
    for (std::size_t at = 0; at < samples; ++at)
        sums[at] += static_cast<std::uint16_t>(from[at] * weights[at]) << (halves - 1);
}

// Makes the rows of a region.
template <int Bands>
class Shrinker {
public:
    Shrinker(VipsRegion* in, VipsRegion* out, Block block)
        : in_(in), out_(out), across_(in->im->Xsize, block.across), down_(in->im->Ysize, block.down) {
        left_ = across_[out->valid.left].first_pixel();
        width_ = across_[VIPS_RECT_RIGHT(&out->valid) - 1].end_pixel() - left_;
        weights_.resize(static_cast<std::size_t>(width_) * Bands);
        sums_.resize(weights_.size());
    }

    bool run() {
        for (int y = out_->valid.top; y < VIPS_RECT_BOTTOM(&out_->valid); ++y) {
            const Span rows = down_[y];
            std::fill(sums_.begin(), sums_.end(), 0);
            for (int row = rows.first_pixel(); row < rows.end_pixel(); ++row)
                if (!add_row(row, rows.halves_of(row))) return false;
            write(y, rows.length());
        }
        return true;
    }

private:
    // Row by row: all rows of a strip of blocks can be hundreds of megabytes.
    bool add_row(int row, int halves) {
        const VipsRect line{left_, row, width_, 1};
        if (vips_region_prepare(in_, &line) != 0) return false;
        const auto* from = reinterpret_cast<const std::uint8_t*>(VIPS_REGION_ADDR(in_, left_, row));
        weigh<PixelOf<Bands>>(from, width_, weights_.data());
        add(from, weights_.data(), sums_.size(), halves, sums_.data());
        return true;
    }

    void write(int y, int height) {
        auto* to = reinterpret_cast<float*>(VIPS_REGION_ADDR(out_, out_->valid.left, y));
        for (int x = out_->valid.left; x < VIPS_RECT_RIGHT(&out_->valid); ++x, to += Bands) {
            const Span columns = across_[x];
            const auto sum = sum_of(columns);
            const float mean = 1.0F / kOpaque / static_cast<float>(columns.length() * height);
            for (std::size_t band = 0; band < Bands; ++band) to[band] = static_cast<float>(sum[band]) * mean;
        }
    }

    std::array<std::int32_t, Bands> sum_of(const Span& columns) const {
        const std::int32_t* first = &sums_[static_cast<std::size_t>(columns.first_pixel() - left_) * Bands];
        const std::int32_t* last = &sums_[static_cast<std::size_t>(columns.end_pixel() - 1 - left_) * Bands];
        std::array<std::int32_t, Bands> sum{};
        for (const std::int32_t* column = first; column <= last; column += Bands)
            for (std::size_t band = 0; band < Bands; ++band) sum[band] += 2 * column[band];
        for (std::size_t band = 0; band < Bands; ++band) {
            if (columns.begin % 2 != 0) sum[band] -= first[band];
            if (columns.end % 2 != 0) sum[band] -= last[band];
        }
        return sum;
    }

    VipsRegion* in_;
    VipsRegion* out_;
    Blocks across_;
    Blocks down_;
    int left_ = 0; // of what is read
    int width_ = 0;
    std::vector<std::uint8_t> weights_;
    std::vector<std::int32_t> sums_;
};

int generate(VipsRegion* out, void* sequence, void*, void* shrink, gboolean*) {
    auto* in = static_cast<VipsRegion*>(sequence);
    const Block block = *static_cast<const Block*>(shrink);
    return called_back("premultiply", [&] {
        return out->im->Bands == 2 ? Shrinker<2>(in, out, block).run() : Shrinker<4>(in, out, block).run();
    });
}

} // namespace

VImage premultiplied(const VImage& image, Block block) {
    VipsImage* made = vips_image_new();
    VImage owner(made);
    if (vips_image_pipelinev(made, VIPS_DEMAND_STYLE_THINSTRIP, image.get_image(), nullptr) != 0) throw vips::VError();
    made->Xsize = Blocks(image.width(), block.across).count();
    made->Ysize = Blocks(image.height(), block.down).count();
    made->BandFmt = VIPS_FORMAT_FLOAT;
    // The regions of the pipeline do not own what they read.
    g_object_set_data_full(G_OBJECT(made), "thumbnailer-premultiplied", g_object_ref(image.get_image()),
                           g_object_unref);
    auto* shrink = VIPS_NEW(VIPS_OBJECT(made), Block);
    if (shrink == nullptr) throw vips::VError();
    *shrink = block;
    if (vips_image_generate(made, vips_start_one, generate, vips_stop_one, image.get_image(), shrink) != 0)
        throw vips::VError();
    // Rows that are read one after another must be asked for in their order, by whichever thread, and each once.
    if (vips_image_is_sequential(image.get_image()) == 0) return owner;
    return owner.sequential(VImage::option()->set("tile_height", kRowsKept));
}

} // namespace thumbnailer
