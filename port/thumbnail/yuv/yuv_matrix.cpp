#include "thumbnail/yuv/yuv_matrix.h"

#include <optional>
#include <string>

namespace thumbnailer {

namespace {

constexpr std::uint64_t kIdentity = 0;

// The weights of red and blue in luma.
struct Weights {
    double red = 0;
    double blue = 0;
};

constexpr Weights kBt709{0.2126, 0.0722};
constexpr Weights kBt601{0.299, 0.114};
constexpr Weights kBt2020{0.2627, 0.0593};
constexpr Weights kDisplayP3{0.22897, 0.07929};

// For matrices that follow from the primaries.
std::optional<Weights> weights_of_primaries(std::uint64_t primaries) {
    switch (primaries) {
    case 1: return kBt709;
    case 9: return kBt2020;
    case 12: return kDisplayP3;
    default: return std::nullopt;
    }
}

std::optional<Weights> weights_of(const Nclx& nclx) {
    switch (nclx.matrix) {
    case 1: return kBt709;
    case 2:
    case 5:
    case 6: return kBt601;
    case 4: return Weights{0.30, 0.11};
    case 7: return Weights{0.212, 0.087};
    case 9: return kBt2020;
    case 12: return weights_of_primaries(nclx.primaries);
    default: return std::nullopt;
    }
}

} // namespace

Result<YuvMatrix> yuv_matrix(const Nclx& nclx, std::uint32_t depth) {
    const auto steps = static_cast<float>(1U << (depth - 8)); // of a sample, for one of 8 bits
    const float white = 256 * steps - 1;
    YuvMatrix matrix;
    matrix.luma_black = nclx.full_range ? 0 : 16 * steps;
    matrix.luma_scale = 1 / (nclx.full_range ? white : 219 * steps);
    matrix.chroma_middle = 128 * steps;
    matrix.chroma_scale = 1 / (nclx.full_range ? white : 224 * steps);
    matrix.identity = nclx.matrix == kIdentity;
    if (matrix.identity) {
        matrix.chroma_middle = matrix.luma_black;
        matrix.chroma_scale = matrix.luma_scale;
        return matrix;
    }
    const auto weights = weights_of(nclx);
    if (!weights)
        return Failure{Reason::unsupported_format, "the heif image has colours by a matrix that is not read here (" +
                                                       std::to_string(nclx.matrix) + " of H.273)"};
    const double green = 1 - weights->red - weights->blue;
    matrix.red_by_cr = static_cast<float>(2 * (1 - weights->red));
    matrix.blue_by_cb = static_cast<float>(2 * (1 - weights->blue));
    matrix.green_by_cr = static_cast<float>(-2 * (1 - weights->red) * weights->red / green);
    matrix.green_by_cb = static_cast<float>(-2 * (1 - weights->blue) * weights->blue / green);
    return matrix;
}

} // namespace thumbnailer
