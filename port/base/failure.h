// An error: a reason for programs, a message for people, and details for programs. The reasons are a closed table,
// which `thumbnailer describe` prints.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/step_fault.h"

namespace thumbnailer {

enum class Reason : std::uint8_t {
    bad_term,
    bad_request,
    bad_option,
    duplicate_id,
    not_found,
    not_a_file,
    no_access,
    outside_roots,
    empty_source,
    unsupported_format,
    bad_image,
    too_large,
    encode_failed,
    write_failed,
    timeout,
    crashed,
    out_of_memory,
    sandbox_violation,
    poison,
    cancelled,
    internal,
    bad_step,
    untranslated,
    step_refused,
    step_failed,
    step_disabled,
};

struct ReasonSpec {
    Reason reason;
    std::string_view name;
    std::string_view meaning;
};

inline constexpr std::array kReasons{
    ReasonSpec{Reason::bad_term, "bad_term", "the payload of a frame is not a term that this program reads"},
    ReasonSpec{Reason::bad_request, "bad_request", "the term is not a request of this protocol"},
    ReasonSpec{Reason::bad_option, "bad_option", "an option is unknown, of the wrong type or out of range"},
    ReasonSpec{Reason::duplicate_id, "duplicate_id", "the id belongs to a request that is still unanswered"},
    ReasonSpec{Reason::not_found, "not_found", "no file has this path"},
    ReasonSpec{Reason::not_a_file, "not_a_file",
               "the path names a directory, a device or another thing that is not a regular file"},
    ReasonSpec{Reason::no_access, "no_access", "the file may not be read or written by this user"},
    ReasonSpec{Reason::outside_roots, "outside_roots", "the path leads out of the folders that this program may use"},
    ReasonSpec{Reason::empty_source, "empty_source", "the source has no bytes"},
    ReasonSpec{Reason::unsupported_format, "unsupported_format",
               "the source is not an image of a format that this program reads"},
    ReasonSpec{Reason::bad_image, "bad_image", "the image is damaged, cut short or not what its header says"},
    ReasonSpec{Reason::too_large, "too_large", "the source or the image is over a limit of this program"},
    ReasonSpec{Reason::encode_failed, "encode_failed", "the thumbnail could not be written in the format asked for"},
    ReasonSpec{Reason::write_failed, "write_failed", "the output file could not be written"},
    ReasonSpec{Reason::timeout, "timeout", "the deadline passed before the work was done"},
    ReasonSpec{Reason::crashed, "crashed", "the worker died while it made this thumbnail"},
    ReasonSpec{Reason::out_of_memory, "out_of_memory", "the worker needed more memory than it may have"},
    ReasonSpec{Reason::sandbox_violation, "sandbox_violation",
               "the worker made a system call that making thumbnails does not need"},
    ReasonSpec{Reason::poison, "poison", "the image has killed workers before and is not tried again for a while"},
    ReasonSpec{Reason::cancelled, "cancelled", "the request was cancelled"},
    ReasonSpec{Reason::internal, "internal", "a fault of the program itself"},
    ReasonSpec{Reason::bad_step, "bad_step", "the file is not a step, or its translation not one for this program"},
    ReasonSpec{Reason::untranslated, "untranslated",
               "the step has no translation for this machine, and what makes one is not installed"},
    ReasonSpec{Reason::step_refused, "step_refused", "the step said why it makes no picture of this one"},
    ReasonSpec{Reason::step_failed, "step_failed", "the step ended in a fault; the worker goes on"},
    ReasonSpec{Reason::step_disabled, "step_disabled",
               "the step has ended one worker after the other and is switched off"},
};

// The rows are in the order of the enum; otherwise a failure would get the name of another.
static_assert([] {
    for (std::size_t row = 0; row < kReasons.size(); ++row)
        if (static_cast<std::size_t>(kReasons[row].reason) != row) return false;
    return true;
}());

inline std::string_view name_of(Reason reason) { return kReasons[static_cast<std::size_t>(reason)].name; }

// The table as tab-separated lines: the rows of test/contract/reasons.tsv that come from the program.
std::string describe_reasons();

struct Failure {
    Reason reason = Reason::internal;
    std::string message;
    // The name of an option (bad_option) or of a signal (crashed). Both are static strings.
    std::string_view option = {};
    std::string_view signal = {};
    std::string system_call = {}; // its name, with sandbox_violation
    std::optional<std::int64_t> exit_status = {};
    std::optional<std::int64_t> limit = {};
    std::string diagnostics = {};             // what a worker that died wrote to stderr last
    std::string step = {};                    // the name of the step that it happened in
    std::optional<StepFault> step_fault = {}; // with step_refused and step_failed
    std::uint32_t step_use = 0;               // in a worker, the same: 1 + its place among the uses of the job
};

} // namespace thumbnailer
