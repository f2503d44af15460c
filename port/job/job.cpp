#include "job/job.h"

#include "job/options.h"
#include "text/printable.h"

namespace thumbnailer {

WireFailure to_wire(const Failure& failure) {
    WireFailure plain{.reason = failure.reason, .limit = failure.limit.value_or(0), .option = {}, .message = {}};
    plain.step_use = static_cast<std::uint8_t>(failure.step_use);
    plain.fault = failure.step_fault.value_or(StepFault::refused);
    copy_text(failure.option, plain.option);
    copy_text(failure.message, plain.message);
    return plain;
}

Failure from_wire(const WireFailure& plain) {
    Failure failure{.reason = plain.reason, .message = printable(text_in(plain.message))};
    failure.option = option_named(text_in(plain.option));
    if (plain.limit > 0) failure.limit = plain.limit;
    if (failure.reason == Reason::step_refused || failure.reason == Reason::step_failed) {
        failure.step_use = plain.step_use;
        const bool known_fault = static_cast<std::size_t>(plain.fault) < kStepFaults.size();
        failure.step_fault = known_fault ? plain.fault : StepFault::bad_code;
    }
    return failure;
}

} // namespace thumbnailer
