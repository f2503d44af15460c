// Each field of a result at its extremes.
#include <limits>

#include "hostile.h"
#include "os/write_all.h"

namespace thumbnailer::hostile {

namespace {

constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
constexpr auto kLongest = std::numeric_limits<std::uint64_t>::max();
// A title for a terminal, a line of its own, a mark that turns the line around, and a byte that is no text.
constexpr std::string_view kEscapes = "\x1b]0;owned\a\n\xe2\x80\xae\xff";

void fail(Attack& attack, Reason reason, std::string_view message = "it says so") {
    attack.result.failed = 1;
    attack.result.failure.reason = reason;
    copy_text(message, attack.result.failure.message);
}

template <Reason reason>
void claim(Attack& attack) {
    fail(attack, reason);
}

template <auto member, auto value>
void header(Attack& attack) {
    attack.result.header.*member = static_cast<std::remove_reference_t<decltype(attack.result.header.*member)>>(value);
}

template <auto member, auto value>
void output(Attack& attack) {
    attack.output().*member = static_cast<std::remove_reference_t<decltype(attack.output().*member)>>(value);
}

void replace_output(Attack& attack, std::string_view bytes) {
    // Where the placeholder ends, so that all adds up.
    write_all(attack.memory(), bytes_of(bytes), attack.output().offset);
}

using H = Header;
using O = OutputResult;

constexpr Lie kLies[] = {
    {"sequence_of_before", [](Attack& a) { --a.result.sequence; }},
    {"sequence_of_next", [](Attack& a) { ++a.result.sequence; }},
    {"failed_is_two", [](Attack& a) { a.result.failed = 2; }},
    {"claims_cancelled", claim<Reason::cancelled>},
    {"claims_poison", claim<Reason::poison>},
    {"claims_timeout", claim<Reason::timeout>},
    {"claims_crashed", claim<Reason::crashed>},
    {"claims_not_found", claim<Reason::not_found>},
    {"claims_sandbox_violation", claim<Reason::sandbox_violation>},
    {"claims_bad_request", claim<Reason::bad_request>},
    {"claims_reason_255", claim<Reason{255}>},
    {"message_empty", [](Attack& a) { fail(a, Reason::bad_image, ""); }},
    {"message_endless",
     [](Attack& a) {
         fail(a, Reason::bad_image);
         a.result.failure.message.fill('x');
     }},
    {"message_with_escapes", [](Attack& a) { fail(a, Reason::bad_image, kEscapes); }},
    {"limit_negative",
     [](Attack& a) {
         fail(a, Reason::too_large);
         a.result.failure.limit = -1;
     }},
    {"option_unknown",
     [](Attack& a) {
         fail(a, Reason::bad_option);
         copy_text("no_option", a.result.failure.option);
     }},
    {"count_one_less", [](Attack& a) { --a.result.count; }},
    {"count_one_more", [](Attack& a) { ++a.result.count; }},
    {"count_most", [](Attack& a) { a.result.count = std::numeric_limits<std::uint32_t>::max(); }},
    {"source_format_255", header<&H::format, Format{255}>},
    {"source_format_pdf", header<&H::format, Format::pdf>},
    {"source_width_zero", header<&H::raw_width, 0>},
    {"source_width_negative", header<&H::raw_width, -1>},
    {"source_width_most", header<&H::raw_width, kMost>},
    {"source_height_zero", header<&H::raw_height, 0>},
    {"source_height_negative", header<&H::raw_height, -1>},
    {"source_height_most", header<&H::raw_height, kMost>},
    {"shown_width_negative", header<&H::square_width, -1>},
    {"shown_width_most", header<&H::square_width, kMost>},
    {"shown_height_zero", header<&H::square_height, 0>},
    {"shown_height_most", header<&H::square_height, kMost>},
    {"orientation_zero", header<&H::orientation, 0>},
    {"orientation_nine", header<&H::orientation, 9>},
    {"pages_zero", header<&H::pages, 0>},
    {"frames_negative", header<&H::frames, -1>},
    {"duration_negative", header<&H::duration_ms, -1>},
    {"bands_zero", header<&H::bands, 0>},
    {"bands_most", header<&H::bands, kMost>},
    {"depth_zero", header<&H::depth, 0>},
    {"profile_bytes_negative", header<&H::profile_bytes, -1>},
    {"profile_bytes_most", header<&H::profile_bytes, std::numeric_limits<std::int64_t>::max()>},
    {"alpha_two", header<&H::alpha, 2>},
    {"profile_two", header<&H::profile, 2>},
    {"preview_two", header<&H::preview, 2>},
    {"colour_space_endless", [](Attack& a) { a.result.header.colour_space.fill('x'); }},
    {"colour_space_with_escapes", [](Attack& a) { copy_text("\x1b[2J", a.result.header.colour_space); }},
    {"date_that_is_none", [](Attack& a) { copy_text("<script>", a.result.header.taken_at); }},
    {"camera_with_escapes", [](Attack& a) { copy_text(kEscapes, a.result.header.camera); }},
    {"warnings_with_escapes", [](Attack& a) { copy_text(kEscapes, a.result.warnings); }},
    {"warnings_endless", [](Attack& a) { a.result.warnings.fill('w'); }},
    {"camera_endless", [](Attack& a) { a.result.header.camera.fill('x'); }},
    {"made_is_two", output<&O::made, 2>},
    {"format_svg", output<&O::format, Format::svg>},
    {"format_pdf", output<&O::format, Format::pdf>},
    {"format_255", output<&O::format, Format{255}>},
    {"format_of_another_output", output<&O::format, Format::png>},
    {"width_zero", output<&O::width, 0>},
    {"width_negative", output<&O::width, -1>},
    {"width_most", output<&O::width, kMost>},
    {"height_zero", output<&O::height, 0>},
    {"height_negative", output<&O::height, -1>},
    {"height_most", output<&O::height, kMost>},
    {"size_zero", output<&O::size, 0>},
    {"size_most", output<&O::size, kLongest>},
    {"size_one_less", [](Attack& a) { --a.output().size; }},
    {"size_one_more", [](Attack& a) { ++a.output().size; }},
    {"offset_one", output<&O::offset, 1>},
    {"offset_most", output<&O::offset, kLongest>},
    {"placeholder_unasked",
     [](Attack& a) {
         a.output().placeholder_offset = a.output().offset + a.output().size;
         a.output().placeholder_size = 6;
         a.append("<b>hi<");
     }},
    {"placeholder_size_most", output<&O::placeholder_size, kLongest>},
    {"outputs_alias",
     [](Attack& a) {
         a.output(1).offset = a.output(0).offset;
         a.output(1).size = a.output(0).size;
     }},
    {"outputs_overlap", [](Attack& a) { a.output(1).offset -= 1; }},
    {"bytes_of_nobody", [](Attack& a) { a.append("hidden"); }},
    {"output_of_300_mib",
     [](Attack& a) {
         constexpr std::uint64_t kSize = std::uint64_t{300} << 20;
         write_all(a.memory(), bytes_of("x"), kSize - 1);
         OutputResult& last = a.output(0).offset > a.output(1).offset ? a.output(0) : a.output(1);
         last.size = kSize - last.offset;
     }},
    {"svg_with_a_script", [](Attack& a) { replace_output(a, "<svg onload='alert(1)'>"); }},
    {"html", [](Attack& a) { replace_output(a, "<!doctype html><script>alert(1)</script>"); }},
    {"output_failed_without_reason", [](Attack& a) { a.output() = OutputResult{}; }},
};

} // namespace

std::span<const Lie> lies_in_results() { return kLies; }

} // namespace thumbnailer::hostile
