#include "job/job.h"

#include "job/options.h"
#include "text/printable.h"

namespace thumbnailer {

WireFailure to_wire(const Failure& failure) {
    WireFailure plain{.reason = failure.reason, .limit = failure.limit.value_or(0), .option = {}, .message = {}};
    copy_text(failure.option, plain.option);
    copy_text(failure.message, plain.message);
    return plain;
}

Failure from_wire(const WireFailure& plain) {
    Failure failure{.reason = plain.reason, .message = printable(text_in(plain.message))};
    failure.option = option_named(text_in(plain.option));
    if (plain.limit > 0) failure.limit = plain.limit;
    return failure;
}

} // namespace thumbnailer
