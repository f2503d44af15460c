#include "pool/worker_failures.h"

#include <utility>

namespace thumbnailer {

bool was_the_image(const ExitStatus& status) {
    return status.signal != "kill" && status.signal != "term" && status.signal != "int";
}

Failure crash(const ExitStatus& status, std::string diagnostics) {
    Failure failure{.reason = Reason::crashed,
                    .message = "the worker died while it made this thumbnail: ",
                    .signal = status.signal,
                    .diagnostics = std::move(diagnostics)};
    if (status.signal.empty()) failure.exit_status = status.exit_status;
    failure.message += status.signal.empty() ? "it exited with status " + std::to_string(status.exit_status)
                                             : "signal " + std::string(status.signal);
    return failure;
}

Failure forbidden_call(const Violation& violation) {
    const std::string name = syscall_name(violation.call);
    return {.reason = Reason::sandbox_violation,
            .message = "the worker called " + name + ", which making thumbnails does not need, and was ended",
            .system_call = name};
}

Failure unbelievable(std::string_view fault) {
    return {Reason::crashed, "the worker was ended because of its answer: " + std::string(fault)};
}

Failure too_much_memory(std::int64_t limit) {
    return {.reason = Reason::out_of_memory,
            .message = "the worker needed more than " + std::to_string(limit) + " bytes of memory (--max-memory)",
            .limit = limit};
}

Failure too_many_threads(std::int64_t threads) {
    return {Reason::crashed, "the worker was ended because it had " + std::to_string(threads) + " threads"};
}

} // namespace thumbnailer
