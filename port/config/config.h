// The values of the command line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "job/job.h"
#include "sandbox/sandbox.h"
#include "wire/codec.h"

namespace thumbnailer {

inline constexpr std::string_view kProgramVersion = "0.2.0";
inline constexpr std::int64_t kProtocolVersion = 1;

enum class ExitCode : int {
    ok = 0,
    usage = 64,
    bad_frame = 65,
    bad_step = 65, // and whatever else is wrong with what a command was given
    no_sandbox = 69,
    untranslated = 69,
    internal = 70,
};

struct Config {
    std::int64_t workers = 0; // 0: one for each core, set by read_config
    std::int64_t max_images_per_worker = 100;
    std::int64_t timeout_ms = 30'000;
    std::int64_t max_request_bytes = std::int64_t{64} << 20;
    std::int64_t max_reply_bytes = std::int64_t{256} << 20;
    std::int64_t max_source_bytes = std::int64_t{256} << 20;
    std::int64_t max_pixels = Limits{}.max_pixels;
    std::int64_t max_side = Limits{}.max_side;
    std::int64_t max_icc_bytes = Limits{}.max_icc_bytes;
    std::int64_t max_frames = Limits{}.max_frames;
    FormatSet loaders = Limits{}.loaders;
    std::int64_t max_memory = std::int64_t{1} << 30;
    std::int64_t poison_after = 2;
    std::int64_t poison_for_ms = 600'000;
    std::int64_t max_step_memory = Limits{}.max_step_memory;
    std::int64_t disable_step_after = 5;
    std::int64_t max_streams = 64;
    const Codec* codec = &etf_codec();
    std::vector<std::string> fonts = {};    // empty: the usual ones; see thumbnail/fonts/fonts.h
    bool text = true;                       // of drawings is drawn, not left out
    std::vector<std::string> families = {}; // of the fonts that were found, set when the program starts
    std::vector<std::string> roots = {};    // empty: whatever the user may open
    SandboxMode sandbox = SandboxMode::best_effort;
    bool jpeg_fast_path = true;
    bool die_with_parent = false;
    bool events = false;
    bool log_events = false;
    bool show_full = false;                   // of the command show: binaries in full
    bool show_no_hello = false;               // likewise: without the program's first frame
    std::int64_t show_data = 0;               // likewise: only the bytes of this image, from 1; 0: the terms
    std::vector<std::string_view> words = {}; // arguments that are not flags: a subcommand and its arguments
    bool help = false;
    bool version = false;
};

} // namespace thumbnailer
