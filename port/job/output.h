// The options of one thumbnail as a plain struct: one member with its default for each option. It is copied to the
// worker byte for byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace thumbnailer {

// The maximum side of a thumbnail: the maximum of WebP.
inline constexpr std::int32_t kMaxSide = 16383;
inline constexpr std::size_t kMaxOutputs = 64;

// Uses of steps, and values of their parameters, in all outputs of a request together.
inline constexpr std::size_t kMaxStepUses = 64;
inline constexpr std::size_t kMaxStepValues = 256;
inline constexpr std::size_t kMaxStepsOfOutput = 8;
// The longest text in which a step describes itself, in bytes.
inline constexpr std::size_t kMaxStepDescription = 4096;

// The values are in the order of the words in job/option_table.cpp.
enum class Fit : std::uint8_t { inside, cover, contain, fill, outside };
enum class Gravity : std::uint8_t { centre, north, north_east, east, south_east, south, south_west, west, north_west };
enum class Crop : std::uint8_t { centre, attention, entropy };
enum class Rotate : std::uint8_t { automatic, none, right, half, left };
enum class Flip : std::uint8_t { none, horizontal, vertical, both };
enum class Speed : std::uint8_t { fast, balanced, best };
enum class Preview : std::uint8_t { ignore, allow };
enum class Truncated : std::uint8_t { refuse, allow };
enum class Profile : std::uint8_t { srgb, p3, keep };
enum class Target : std::uint8_t { automatic, jpeg, png, webp, avif, gif, tiff };
enum class Subsampling : std::uint8_t { automatic, halved, full };
enum class BitDepth : std::uint8_t { automatic, one, two, four, eight, sixteen };
enum class Metadata : std::uint8_t { none, copyright, icc, all };
enum class Placeholder : std::uint8_t { none, thumbhash, blurhash, color, data_uri };

struct Colour {
    std::uint8_t red = 255, green = 255, blue = 255, alpha = 255;
};

// A point of the displayed picture: 0, 0 is the top left corner, 1, 1 the bottom right corner.
struct Focus {
    bool given = false;
    double x = 0.5;
    double y = 0.5;
};

// A rectangle of the displayed picture in pixels or, with `fractions`, in fractions of its width and height.
struct Region {
    bool given = false;
    bool fractions = false;
    double left = 0, top = 0, width = 0, height = 0;
};

// In pixels.
struct Padding {
    std::int32_t top = 0, right = 0, bottom = 0, left = 0;
    bool operator==(const Padding&) const = default;
};

inline constexpr std::int32_t kCircle = -1;

struct Output {
    // Geometry.
    std::int32_t width = 0; // 0: follows from the height and the image's shape
    std::int32_t height = 0;
    Fit fit = Fit::inside;
    bool enlarge = false;
    double dpr = 1;
    Gravity gravity = Gravity::centre;
    Crop crop = Crop::centre;
    Focus focus;
    Region region;
    double trim = 0; // how far from the background's colour; 0: no trimming
    Padding padding;
    Rotate rotate = Rotate::automatic;
    Flip flip = Flip::none;
    // The source.
    std::int32_t page = 0;
    bool animated = false;
    Speed speed = Speed::balanced;
    Preview preview = Preview::ignore;
    Truncated truncated = Truncated::refuse;
    bool fail_on_warning = false;
    // Colour and effects.
    Profile profile = Profile::srgb;
    bool linear = false;
    Colour background;
    bool greyscale = false;
    double brightness = 1;
    double contrast = 1;
    double saturation = 1;
    std::int32_t hue = 0;
    double blur = 0;        // sigma; 0: none
    double sharpen = 0;     // sigma; 0: none
    std::int32_t round = 0; // radius, or kCircle
    Gravity overlay_gravity = Gravity::south_east;
    double overlay_opacity = 1;
    double overlay_scale = 0.25;
    // The file.
    Target format = Target::automatic;
    std::int32_t quality = 0; // 0: the format's own
    double ssim = 0;          // 0: `quality` applies
    std::int32_t max_bytes = 0;
    std::int32_t effort = -1; // -1: the format's own
    bool progressive = false;
    Subsampling subsampling = Subsampling::automatic;
    bool optimise = true;
    bool lossless = false;
    bool near_lossless = false;
    std::int32_t alpha_quality = 100;
    bool palette = false;
    BitDepth bit_depth = BitDepth::automatic;
    Metadata metadata = Metadata::none;
    Placeholder placeholder = Placeholder::none;
};
static_assert(std::is_trivially_copyable_v<Output>);

// Whether pixels change after they are resized.
constexpr bool has_effects(const Output& output) {
    return output.greyscale || output.brightness != 1 || output.contrast != 1 || output.saturation != 1 ||
           output.hue != 0 || output.blur != 0 || output.sharpen != 0 || output.round != 0;
}

} // namespace thumbnailer
