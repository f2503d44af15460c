#include "config/command_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <variant>

#include "job/format.h"
#include "os/cores.h"
#include "text/quote.h"

namespace thumbnailer {

namespace {

struct NumberFlag {
    std::int64_t Config::*member;
    std::int64_t min;
    std::int64_t max;
};
struct SwitchFlag {
    bool Config::*member;
};
struct CodecFlag {};
struct LoadersFlag {};
struct SandboxFlag {};
struct JpegFastPathFlag {};
struct RootFlag {};
struct FontsFlag {};

struct FlagSpec {
    std::string_view name;
    std::string_view value; // its placeholder in --help; empty: the flag has no value
    std::variant<NumberFlag, SwitchFlag, CodecFlag, LoadersFlag, SandboxFlag, JpegFastPathFlag, RootFlag, FontsFlag>
        kind;
    std::string_view help;
};

constexpr std::int64_t kMaxWorkers = 256;
constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMaxFrameLength = 0xffffffff; // the maximum of four bytes of length

constexpr std::array kFlags{
    FlagSpec{"--workers", "N", NumberFlag{&Config::workers, 1, kMaxWorkers},
             "worker processes (default: one for each core that the program may use)"},
    FlagSpec{"--max-images-per-worker", "N", NumberFlag{&Config::max_images_per_worker, 1, kAny},
             "images that a worker makes before a new one takes its place; 1: a process for each image"},
    FlagSpec{"--timeout", "MS", NumberFlag{&Config::timeout_ms, 1, 3'600'000},
             "milliseconds from a request to its answer, unless the request says otherwise"},
    FlagSpec{"--max-request-bytes", "BYTES", NumberFlag{&Config::max_request_bytes, 1, kMaxFrameLength},
             "longest frame of a request"},
    FlagSpec{"--max-reply-bytes", "BYTES", NumberFlag{&Config::max_reply_bytes, 1024, kMaxFrameLength},
             "thumbnails of one answer together; what has more is answered with too_large"},
    FlagSpec{"--max-source-bytes", "BYTES", NumberFlag{&Config::max_source_bytes, 1, kAny}, "largest source"},
    FlagSpec{"--max-pixels", "N", NumberFlag{&Config::max_pixels, 1, kAny},
             "width times height of a source, times frames when they are kept"},
    FlagSpec{"--max-side", "N", NumberFlag{&Config::max_side, 1, kAny}, "width or height of a source"},
    FlagSpec{"--max-icc-bytes", "BYTES", NumberFlag{&Config::max_icc_bytes, 1, kAny}, "ICC profile of a source"},
    FlagSpec{"--max-frames", "N", NumberFlag{&Config::max_frames, 1, kAny},
             "frames of a source whose animation is kept"},
    FlagSpec{"--loaders", "NAMES", LoadersFlag{},
             "formats that are read, with commas between them (default all but jxl,jp2k,pdf)"},
    FlagSpec{"--max-memory", "BYTES", NumberFlag{&Config::max_memory, 1 << 24, kAny},
             "memory of one worker; one that needs more is ended, one that keeps more is replaced"},
    FlagSpec{"--max-streams", "N", NumberFlag{&Config::max_streams, 1, 65'536},
             "sources that arrive in chunks at a time"},
    FlagSpec{"--poison-after", "N", NumberFlag{&Config::poison_after, 0, 1000},
             "workers that an image may kill before it is refused; 0: it never is"},
    FlagSpec{"--poison-for", "MS", NumberFlag{&Config::poison_for_ms, 1, 86'400'000},
             "milliseconds that such an image is refused for"},
    FlagSpec{"--max-step-memory", "BYTES", NumberFlag{&Config::max_step_memory, 1 << 16, std::int64_t{4095} << 20},
             "memory that a step has for one image, with the image and its result"},
    FlagSpec{"--disable-step-after", "N", NumberFlag{&Config::disable_step_after, 0, 1000},
             "workers that a step may end one after the other before it is switched off; 0: it never is"},
    FlagSpec{"--codec", "NAME", CodecFlag{}, "etf (Erlang's term_to_binary) or msgpack"},
    FlagSpec{"--sandbox", "MODE", SandboxFlag{},
             "require, best_effort (default), audit or off: how a worker is confined; see docs/security.md"},
    FlagSpec{"--jpeg-fast-path", "MODE", JpegFastPathFlag{},
             "auto (default): JPEG and WebP are resampled without a conversion to RGB where that gives the same "
             "picture; "
             "off: never"},
    FlagSpec{"--root", "DIR", RootFlag{},
             "a folder that requests may read and write in, and no other; may be repeated"},
    FlagSpec{"--fonts", "NAME", FontsFlag{},
             "a family, or a file or folder with a slash in its name, that text of SVG is drawn with; may be repeated; "
             "none: "
             "text is left out (default sans-serif, serif, monospace)"},
    FlagSpec{"--die-with-parent", "", SwitchFlag{&Config::die_with_parent},
             "end when the parent process ends, and leave SIGINT and SIGTERM to it"},
    FlagSpec{"--events", "", SwitchFlag{&Config::events}, "say when workers start, end and are replaced"},
    FlagSpec{"--log-events", "", SwitchFlag{&Config::log_events}, "write events instead of lines to stderr"},
    FlagSpec{"--full", "", SwitchFlag{&Config::show_full}, "of show: binaries in full"},
    FlagSpec{"--no-hello", "", SwitchFlag{&Config::show_no_hello}, "of show: without the hello"},
    FlagSpec{"--data", "N", NumberFlag{&Config::show_data, 1, kAny},
             "of show: only the bytes of the image N of those in the frames, thumbnails and sources, from 1"},
    FlagSpec{"--help", "", SwitchFlag{&Config::help}, "this text"},
    FlagSpec{"--version", "", SwitchFlag{&Config::version}, "versions of the program, the protocol and libvips"},
};

Failure wrong(std::string_view flag, std::string_view value, std::string_view accepted) {
    return {Reason::bad_option, std::string(flag) + " " + quote_path(value) + ": it takes " + std::string(accepted)};
}

// One for each kind of flag; the variant has no kind without one.
Result<Done> set(const NumberFlag& number, std::string_view flag, std::string_view value, Config& config) {
    std::int64_t read = 0;
    const auto end = value.data() + value.size();
    const auto [stopped, error] = std::from_chars(value.data(), end, read);
    if (error != std::errc() || stopped != end || read < number.min || read > number.max)
        return wrong(flag, value,
                     "an integer from " + std::to_string(number.min) + " to " + std::to_string(number.max));
    config.*number.member = read;
    return Done{};
}

Result<Done> set(const SwitchFlag& enabled, std::string_view, std::string_view, Config& config) {
    config.*enabled.member = true;
    return Done{};
}

Result<Done> set(const LoadersFlag&, std::string_view flag, std::string_view value, Config& config) {
    const auto loaders = formats_named(value);
    if (!loaders) return wrong(flag, value, "names of formats with commas between them: " + format_names());
    config.loaders = *loaders;
    return Done{};
}

Result<Done> set(const RootFlag&, std::string_view, std::string_view value, Config& config) {
    config.roots.emplace_back(value);
    return Done{};
}

Result<Done> set(const FontsFlag&, std::string_view flag, std::string_view value, Config& config) {
    if (value.empty()) return wrong(flag, value, "a family, a file, a folder, or none");
    config.text = config.text && value != "none";
    if (value != "none") config.fonts.emplace_back(value);
    return Done{};
}

Result<Done> set(const SandboxFlag&, std::string_view flag, std::string_view value, Config& config) {
    const auto mode = std::ranges::find(kSandboxModes, value);
    if (mode == kSandboxModes.end()) return wrong(flag, value, "require, best_effort, audit or off");
    config.sandbox = static_cast<SandboxMode>(mode - kSandboxModes.begin());
    return Done{};
}

Result<Done> set(const JpegFastPathFlag&, std::string_view flag, std::string_view value, Config& config) {
    if (value != "auto" && value != "off") return wrong(flag, value, "auto or off");
    config.jpeg_fast_path = value == "auto";
    return Done{};
}

Result<Done> set(const CodecFlag&, std::string_view flag, std::string_view value, Config& config) {
    const Codec* codec = codec_named(value);
    if (codec == nullptr) return wrong(flag, value, codec_names());
    config.codec = codec;
    return Done{};
}

std::string default_of(const FlagSpec& flag) {
    const auto* number = std::get_if<NumberFlag>(&flag.kind);
    const std::int64_t value = number == nullptr ? 0 : Config{}.*number->member;
    return value == 0 ? "" : " (default " + std::to_string(value) + ")";
}

constexpr std::string_view kIntroduction = R"(thumbnailer: makes thumbnails in sandboxed worker processes

Reads frames (a length of 4 bytes, then a term) on stdin, writes frames to stdout, until end of input.

  thumbnailer [FLAGS]               serve frames
  thumbnailer frame  < TEXT         Erlang terms as text -> frames
  thumbnailer show   < FRAMES       frames -> Erlang terms as text; with --data, the bytes of an image in them
  thumbnailer explain < FRAMES      what each request would do, or what is wrong with it; makes nothing
  thumbnailer echo   < FRAMES       the same terms, read and written again
  thumbnailer describe [TABLE]      the tables of options, formats and reasons
  thumbnailer step ...              checks, translates, describes or runs a step; see docs/steps.md

By hand:

  thumbnailer frame < samples/frames/make_200.term | thumbnailer | thumbnailer show

Flags, as --name VALUE or --name=VALUE:

)";

} // namespace

Result<Config> read_config(int argc, char** argv) {
    Config config;
    for (int index = 1; index < argc; ++index) {
        const std::string_view word = argv[index];
        if (!word.starts_with("--")) {
            config.words.push_back(word);
            continue;
        }
        const std::size_t equals = word.find('=');
        const auto flag = std::ranges::find(kFlags, word.substr(0, equals), &FlagSpec::name);
        if (flag == kFlags.end())
            return Failure{Reason::bad_option, quote_path(word) + " is not a flag; see thumbnailer --help"};
        const bool attached = equals != std::string_view::npos;
        const bool wanted = !flag->value.empty();
        if (attached && !wanted) return Failure{Reason::bad_option, std::string(flag->name) + " takes no value"};
        if (wanted && !attached && index + 1 == argc)
            return Failure{Reason::bad_option, std::string(flag->name) + " needs a value"};
        std::string_view value;
        if (wanted) value = attached ? word.substr(equals + 1) : argv[++index];
        auto done = std::visit([&](const auto& kind) { return set(kind, flag->name, value, config); }, flag->kind);
        if (!done) return std::move(done).error();
    }
    const bool shows = !config.words.empty() && config.words.front() == "show";
    if (!shows && (config.show_full || config.show_no_hello || config.show_data != 0))
        return Failure{Reason::bad_option, "--full, --no-hello and --data are flags of thumbnailer show"};
    if (config.workers == 0) config.workers = std::min<std::int64_t>(usable_cores(), kMaxWorkers);
    return config;
}

std::string help_text() {
    std::string text(kIntroduction);
    for (const FlagSpec& flag : kFlags) {
        std::string name = "  " + std::string(flag.name) + " " + std::string(flag.value);
        name.resize(std::max<std::size_t>(name.size() + 1, 32), ' ');
        text.append(name).append(flag.help).append(default_of(flag)).append("\n");
    }
    return text;
}

} // namespace thumbnailer
