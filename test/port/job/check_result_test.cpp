#include "job/check_result.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace thumbnailer;

namespace {

constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
constexpr auto kLongest = std::numeric_limits<std::uint64_t>::max();

// A JPEG of 640 x 480 as a JPEG with a thumbhash and as WebP: 10 bytes of placeholder, 100 and 50 of image.
struct Case {
    Job job;
    JobResult result;
    ResultMemory memory{160, 4096};

    Case() {
        job.sequence = result.sequence = 7;
        job.count = result.count = 2;
        job.outputs[0].placeholder = Placeholder::thumbhash;
        job.outputs[1].format = Target::webp;
        result.header.raw_width = result.header.square_width = 640;
        result.header.raw_height = result.header.square_height = 480;
        result.header.bands = 3;
        result.header.depth = 8;
        copy_text("srgb", result.header.colour_space);
        copy_text("2026-11-20T16:50:00", result.header.taken_at);
        OutputResult& jpeg = result.outputs[0];
        jpeg = {.made = 1, .format = Format::jpeg, .width = 40, .height = 30, .offset = 60, .size = 100, .failure = {}};
        jpeg.placeholder_offset = 50;
        jpeg.placeholder_size = 10;
        result.outputs[1] = {.made = 1, .format = Format::webp, .width = 20, .height = 15, .size = 50, .failure = {}};
    }
    std::string fault() const { return std::string(check_result(result, job, memory).value_or("")); }
    std::string fault_of(const std::string& bytes) const {
        return std::string(check_contents(result, job, bytes_of(bytes)).value_or(""));
    }
};

void fail(JobResult& result, Reason reason, std::string_view message = "why") {
    result.failed = 1;
    result.failure.reason = reason;
    copy_text(message, result.failure.message);
}

struct Row {
    const char* what;
    void (*change)(Case&);
    const char* fault;
};

constexpr Row kRows[] = {
    {"another job", [](Case& c) { c.result.sequence = 6; }, "another job"},
    {"failed of 2", [](Case& c) { c.result.failed = 2; }, "third kind"},
    {"count less", [](Case& c) { c.result.count = 1; }, "number of outputs"},
    {"count most", [](Case& c) { c.result.count = 0xffffffff; }, "number of outputs"},
    {"unknown source", [](Case& c) { c.result.header.format = Format{200}; }, "not read"},
    {"source not read", [](Case& c) { c.result.header.format = Format::pdf; }, "not read"},
    {"width 0", [](Case& c) { c.result.header.raw_width = 0; }, "too large to be read"},
    {"width negative", [](Case& c) { c.result.header.raw_width = -1; }, "too large to be read"},
    {"width over the limit", [](Case& c) { c.job.limits.max_side = 639; }, "too large to be read"},
    {"pixels over the limit", [](Case& c) { c.job.limits.max_pixels = 640 * 480 - 1; }, "too large to be read"},
    {"sides that overflow", [](Case& c) { c.result.header.raw_width = c.result.header.raw_height = kMost; },
     "too large"},
    {"shown width 0", [](Case& c) { c.result.header.square_width = 0; }, "shown in a size"},
    {"shown width less than its own", [](Case& c) { c.result.header.square_width = 639; }, "shown in a size"},
    {"shown height negative", [](Case& c) { c.result.header.square_height = -1; }, "shown in a size"},
    {"shown height of more than ten times", [](Case& c) { c.result.header.square_height = 4801; }, "shown in a size"},
    {"orientation 0", [](Case& c) { c.result.header.orientation = 0; }, "orientation"},
    {"orientation 9", [](Case& c) { c.result.header.orientation = 9; }, "orientation"},
    {"no page", [](Case& c) { c.result.header.pages = 0; }, "pages"},
    {"no frame", [](Case& c) { c.result.header.frames = 0; }, "frames"},
    {"negative duration", [](Case& c) { c.result.header.duration_ms = -1; }, "milliseconds"},
    {"no band", [](Case& c) { c.result.header.bands = 0; }, "samples"},
    {"deep", [](Case& c) { c.result.header.depth = 129; }, "samples"},
    {"profile over the limit", [](Case& c) { c.result.header.profile_bytes = c.job.limits.max_icc_bytes + 1; },
     "profile"},
    {"negative profile", [](Case& c) { c.result.header.profile_bytes = -1; }, "profile"},
    {"alpha of 2", [](Case& c) { c.result.header.alpha = 2; }, "third kind"},
    {"endless colour space", [](Case& c) { c.result.header.colour_space.fill('x'); }, "without an end"},
    {"colour space of markup", [](Case& c) { copy_text("<b>", c.result.header.colour_space); }, "colour space"},
    {"warnings without an end", [](Case& c) { c.result.warnings.fill('w'); }, "without an end"},
    {"date of another shape", [](Case& c) { copy_text("2026:11:20", c.result.header.taken_at); }, "date"},
    {"endless camera", [](Case& c) { c.result.header.camera.fill('x'); }, "without an end"},
    {"made of 2", [](Case& c) { c.result.outputs[1].made = 2; }, "third kind"},
    {"another format", [](Case& c) { c.result.outputs[1].format = Format::png; }, "another format"},
    {"unknown format", [](Case& c) { c.result.outputs[1].format = Format{99}; }, "another format"},
    {"output width 0", [](Case& c) { c.result.outputs[0].width = 0; }, "not made"},
    {"output side over WebP's", [](Case& c) { c.result.outputs[0].height = kMaxSide + 1; }, "not made"},
    {"no byte", [](Case& c) { c.result.outputs[0].size = 0; }, "without a byte"},
    {"placeholder unasked", [](Case& c) { c.job.outputs[0].placeholder = Placeholder::none; }, "not asked for"},
    {"placeholder missing", [](Case& c) { c.result.outputs[0].placeholder_size = 0; }, "none that was"},
    {"endless placeholder", [](Case& c) { c.result.outputs[0].placeholder_size = kLongest; }, "too long"},
    {"the same place", [](Case& c) { c.result.outputs[1].offset = 60; }, "overlap"},
    {"a byte in common", [](Case& c) { c.result.outputs[0].placeholder_offset = 49; }, "overlap"},
    {"a gap", [](Case& c) { c.result.outputs[1].size = 49; }, "gaps"},
    {"bytes at the end", [](Case& c) { c.memory.size = 161; }, "gaps"},
    {"beyond the end", [](Case& c) { c.result.outputs[0].size = 101; }, "gaps"},
    {"sizes that overflow", [](Case& c) { c.result.outputs[0].size = kLongest; }, "gaps"},
    {"offsets that overflow", [](Case& c) { c.result.outputs[0].offset = kLongest; }, "gaps"},
    {"memory with holes", [](Case& c) { c.memory.allocated = 159; }, "gaps"},
    {"a failure that is the server's", [](Case& c) { fail(c.result, Reason::poison); }, "not a worker's"},
    {"a reason that does not exist", [](Case& c) { fail(c.result, Reason{250}); }, "not a worker's"},
    {"no message", [](Case& c) { fail(c.result, Reason::bad_image, ""); }, "without a message"},
    {"a message of half a character", [](Case& c) { fail(c.result, Reason::bad_image, "\xc2"); }, "without a message"},
    {"endless message",
     [](Case& c) {
         fail(c.result, Reason::bad_image);
         c.result.failure.message.fill('x');
     },
     "without an end"},
    {"negative limit",
     [](Case& c) {
         fail(c.result, Reason::bad_image);
         c.result.failure.limit = -1;
     },
     "limit"},
    {"unknown option",
     [](Case& c) {
         fail(c.result, Reason::bad_option);
         copy_text("none", c.result.failure.option);
     },
     "option"},
    {"an output without a reason", [](Case& c) { c.result.outputs[1] = {}; }, "without a message"},
};

} // namespace

TEST_CASE("check_result: what the worker's own code could have sent is believed") {
    CHECK(Case().fault().empty());
    Case probe;
    probe.job.probe = true;
    probe.job.count = probe.result.count = 0;
    probe.memory = {0, 0};
    CHECK(probe.fault().empty());
    Case failed;
    fail(failed.result, Reason::bad_image);
    CHECK(failed.fault().empty());
    Case partly;
    partly.result.outputs[0] = {};
    copy_text("why", partly.result.outputs[0].failure.message);
    partly.memory.size = 50;
    CHECK(partly.fault().empty());
}

TEST_CASE("check_result: each lie is named") {
    for (const Row& row : kRows) {
        CAPTURE(row.what);
        Case changed;
        row.change(changed);
        const std::string fault = changed.fault();
        CHECK_MESSAGE(fault.find(row.fault) != std::string::npos, fault);
    }
}

TEST_CASE("check_result: the reasons of a worker are those that its code gives") {
    for (const ReasonSpec& spec : kReasons) {
        CAPTURE(spec.name);
        const bool worker = spec.name == "bad_option" || spec.name == "unsupported_format" ||
                            spec.name == "bad_image" || spec.name == "too_large" || spec.name == "encode_failed" ||
                            spec.name == "write_failed" || spec.name == "out_of_memory" || spec.name == "internal" ||
                            spec.name == "step_refused" || spec.name == "step_failed";
        CHECK(is_workers_reason(spec.reason) == worker);
    }
}

TEST_CASE("check_contents: an output begins as its format does, and a placeholder is of its kind") {
    const std::string webp = std::string("RIFF....WEBP").append(38, '.');
    const std::string jpeg = std::string("\xff\xd8\xff").append(97, '.');
    const std::string hash = "a0B/+12345";
    const Case good;
    CHECK(good.fault_of(webp + hash + jpeg).empty());
    CHECK(good.fault_of(std::string(50, '<') + hash + jpeg) == "bytes that are not of their format");
    CHECK(good.fault_of(webp + "<script>12" + jpeg) == "a placeholder that is none");
    Case colour;
    colour.job.outputs[0].placeholder = Placeholder::color;
    colour.result.outputs[0].placeholder_size = 7;
    CHECK(colour.fault_of(webp + "#12ab9f..." + jpeg).empty());
    CHECK(colour.fault_of(webp + "#12AB9f..." + jpeg) == "a placeholder that is none");
}
