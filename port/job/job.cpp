#include "job/job.h"

#include "base/utf8.h"
#include "job/options.h"

namespace thumbnailer {

WireFailure to_wire(const Failure& failure) {
    WireFailure plain{.reason = failure.reason, .limit = failure.limit.value_or(0), .option = {}, .message = {}};
    copy_text(failure.option, plain.option);
    copy_text(failure.message, plain.message);
    return plain;
}

Failure from_wire(const WireFailure& plain) {
    // What a worker says is not to be trusted: neither the number of the reason nor the text.
    const bool known = static_cast<std::size_t>(plain.reason) < kReasons.size();
    std::string message(text_in(plain.message));
    if (const auto fault = first_fault_in_utf8(message)) message.resize(*fault);
    Failure failure{.reason = known ? plain.reason : Reason::internal, .message = std::move(message)};
    failure.option = option_named(text_in(plain.option));
    if (plain.limit > 0) failure.limit = plain.limit;
    return failure;
}

} // namespace thumbnailer
