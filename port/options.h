// What a caller may ask of a thumbnail, declared once: a member of Output holds the value and its default,
// a row of the table says its name, type and range. `thumbnailer describe options` prints the table.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "result.h"
#include "term.h"

namespace thumbnailer {

// A thumbnail's largest side: the largest that WebP can store.
inline constexpr std::int32_t kMaxSide = 16383;
inline constexpr std::size_t kMaxOutputs = 64;

enum class Fit : std::uint8_t { inside, cover, contain, fill, outside };
enum class Target : std::uint8_t { automatic, jpeg, png, webp, avif, gif };

struct Colour {
    std::uint8_t red = 255, green = 255, blue = 255, alpha = 255;
};

// Crosses to the worker as it is, byte for byte.
struct Output {
    std::int32_t width = 0; // 0: follows from the height and the image's shape
    std::int32_t height = 0;
    Fit fit = Fit::inside;
    bool enlarge = false;
    Target format = Target::automatic;
    std::int32_t quality = 0; // 0: the format's own
    Colour background;
};
static_assert(std::is_trivially_copyable_v<Output>);

// One element of `outputs`: what the worker needs, and where the front puts the result.
struct OutputRequest {
    Output output;
    std::string to; // empty: into the answer
};

struct Spec {
    std::int32_t deadline_ms = 0; // 0: the program's own
    std::vector<OutputRequest> outputs;
};

// Reads the `Spec` of a make or probe request, whose map may hold every request option and, when
// `with_outputs`, must hold a list of outputs. Fails with bad_option.
Result<Spec> read_spec(const Term& term, bool with_outputs);

// The output options that have a default and are not in `given`, as `name => default, ...` in Erlang syntax.
std::string defaults_beside(const Map& given);

// The table as tab-separated lines, as in test/contract/options.tsv.
std::string describe_options();

} // namespace thumbnailer
