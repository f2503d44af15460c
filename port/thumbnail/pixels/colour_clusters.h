// The few colours that stand best for many: k-means over a histogram (Lloyd, "Least squares quantization in PCM",
// 1982), begun with the colours that are shown the worst by those before them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace thumbnailer {

// A place in a space of colours, where the distance of two is how different they look.
using ColourPlace = std::array<float, 4>;

// A colour of an image, and how many pixels have it.
struct CountedColour {
    std::uint32_t stored = 0; // as the image has it
    ColourPlace place{};
    float pixels = 0;
};

class ColourClusters {
public:
    explicit ColourClusters(const std::vector<CountedColour>& colours);

    // Finds at most `most` centres, fewer when the mean of the squared distances is at most `enough` with those; then
    // moves them in so many rounds.
    void find(std::size_t most, double enough, int rounds);

    const std::vector<ColourPlace>& centres() const { return centres_; }
    // The centre of a colour, by their indices.
    std::size_t centre_of(std::size_t colour) const { return static_cast<std::size_t>(nearest_[colour]); }
    // How many pixels a centre stands for.
    std::vector<float> pixels_of_centres() const;
    // The mean over all pixels of the squared distance to the centre.
    double error() const;

private:
    void add_centre(const ColourPlace& centre);
    void begin(std::size_t most, double enough);
    void assign(std::size_t centre);
    void assign_all();
    void move_to_means();

    std::array<std::vector<float>, 4> places_;
    std::vector<float> pixels_, distances_;
    std::vector<std::int32_t> nearest_;
    std::vector<ColourPlace> centres_;
    double all_pixels_ = 0;
};

} // namespace thumbnailer
