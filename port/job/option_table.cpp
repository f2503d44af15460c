#include "job/option_table.h"

#include <array>
#include <limits>

namespace thumbnailer {

namespace {

using Word = std::string_view;

// In the order of the enums of job/output.h.
constexpr std::array<Word, 5> kFits{"inside", "cover", "contain", "fill", "outside"};
constexpr std::array<Word, 9> kGravities{"centre", "north",      "north_east", "east",      "south_east",
                                         "south",  "south_west", "west",       "north_west"};
constexpr std::array<Word, 3> kCrops{"centre", "attention", "entropy"};
constexpr std::array<Word, 5> kRotations{"auto", "0", "90", "180", "270"};
constexpr std::array<Word, 4> kFlips{"none", "horizontal", "vertical", "both"};
constexpr std::array<Word, 3> kSpeeds{"fast", "balanced", "best"};
constexpr std::array<Word, 2> kPreviews{"ignore", "allow"};
constexpr std::array<Word, 2> kTruncated{"refuse", "allow"};
constexpr std::array<Word, 3> kProfiles{"srgb", "p3", "keep"};
constexpr std::array<Word, 7> kTargets{"auto", "jpeg", "png", "webp", "avif", "gif", "tiff"};
constexpr std::array<Word, 3> kSubsamplings{"auto", "420", "444"};
constexpr std::array<Word, 6> kBitDepths{"auto", "1", "2", "4", "8", "16"};
constexpr std::array<Word, 4> kMetadata{"none", "copyright", "icc", "all"};
constexpr std::array<Word, 5> kPlaceholders{"none", "thumbhash", "blurhash", "color", "data_uri"};

constexpr double kLargest = std::numeric_limits<std::int32_t>::max();

constexpr std::array kOptions{
    OptionSpec{"timeout", RequestIntegerOf{&RequestOptions::timeout_ms}, {1, 3'600'000}},
    OptionSpec{"width", IntegerOf{&Output::width}, {1, kMaxSide}},
    OptionSpec{"height", IntegerOf{&Output::height}, {1, kMaxSide}},
    OptionSpec{"fit", choice_of<&Output::fit>(kFits)},
    OptionSpec{"enlarge", BooleanOf{&Output::enlarge}},
    OptionSpec{"dpr", NumberOf{&Output::dpr}, {0.1, 10}},
    OptionSpec{"gravity", choice_of<&Output::gravity>(kGravities)},
    OptionSpec{"crop", choice_of<&Output::crop>(kCrops)},
    OptionSpec{"focus", FocusOf{&Output::focus}},
    OptionSpec{"region", RegionOf{&Output::region}, {0, kLargest}},
    OptionSpec{"trim", OptionalNumberOf{&Output::trim, 10}, {1, 255}},
    OptionSpec{"padding", PaddingOf{&Output::padding}, {0, kMaxSide}},
    OptionSpec{"rotate", choice_of<&Output::rotate>(kRotations)},
    OptionSpec{"flip", choice_of<&Output::flip>(kFlips)},
    OptionSpec{"page", IntegerOf{&Output::page}, {0, 99'999}},
    OptionSpec{"animated", BooleanOf{&Output::animated}},
    OptionSpec{"speed", choice_of<&Output::speed>(kSpeeds)},
    OptionSpec{"preview", choice_of<&Output::preview>(kPreviews)},
    OptionSpec{"truncated", choice_of<&Output::truncated>(kTruncated)},
    OptionSpec{"fail_on_warning", BooleanOf{&Output::fail_on_warning}},
    OptionSpec{"profile", choice_of<&Output::profile>(kProfiles)},
    OptionSpec{"linear", BooleanOf{&Output::linear}},
    OptionSpec{"background", ColourOf{&Output::background}},
    OptionSpec{"greyscale", BooleanOf{&Output::greyscale}},
    OptionSpec{"brightness", NumberOf{&Output::brightness}, {0, 10}},
    OptionSpec{"contrast", NumberOf{&Output::contrast}, {0, 10}},
    OptionSpec{"saturation", NumberOf{&Output::saturation}, {0, 10}},
    OptionSpec{"hue", IntegerOf{&Output::hue}, {-360, 360}},
    OptionSpec{"blur", NumberOf{&Output::blur}, {0.3, 250}},
    OptionSpec{"sharpen", OptionalNumberOf{&Output::sharpen, 0.5}, {0.1, 10}},
    OptionSpec{"step", StepsOf{&OutputRequest::steps}},
    OptionSpec{"round", RadiusOf{&Output::round}, {1, kMaxSide}},
    OptionSpec{"overlay", ImageOf{&OutputRequest::overlay}},
    OptionSpec{"overlay_gravity", choice_of<&Output::overlay_gravity>(kGravities)},
    OptionSpec{"overlay_opacity", NumberOf{&Output::overlay_opacity}, {0, 1}},
    OptionSpec{"overlay_scale", NumberOf{&Output::overlay_scale}, {0.01, 1}},
    OptionSpec{"format", choice_of<&Output::format>(kTargets)},
    OptionSpec{"quality", QualityOf{&Output::quality, &Output::ssim}, {1, 100}},
    OptionSpec{"max_bytes", IntegerOf{&Output::max_bytes}, {1, kLargest}},
    OptionSpec{"effort", IntegerOf{&Output::effort}, {0, 10}},
    OptionSpec{"progressive", BooleanOf{&Output::progressive}},
    OptionSpec{"subsampling", choice_of<&Output::subsampling>(kSubsamplings)},
    OptionSpec{"optimise", BooleanOf{&Output::optimise}},
    OptionSpec{"lossless", BooleanOf{&Output::lossless}},
    OptionSpec{"near_lossless", BooleanOf{&Output::near_lossless}},
    OptionSpec{"alpha_quality", IntegerOf{&Output::alpha_quality}, {0, 100}},
    OptionSpec{"palette", BooleanOf{&Output::palette}},
    OptionSpec{"bit_depth", choice_of<&Output::bit_depth>(kBitDepths)},
    OptionSpec{"metadata", choice_of<&Output::metadata>(kMetadata)},
    OptionSpec{"placeholder", choice_of<&Output::placeholder>(kPlaceholders)},
    OptionSpec{"to", PathOf{&OutputRequest::to}},
};

} // namespace

std::span<const OptionSpec> option_table() { return kOptions; }

} // namespace thumbnailer
