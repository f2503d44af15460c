// The steps that a task uses: which, with which values, in which order.
#pragma once

#include "request/task.h"

namespace thumbnailer {

// Appends a use of a step to the task. Fails with bad_option when there is no such step, when it has other parameters
// or when there are too many uses, and with step_disabled.
Result<Done> add_step_use(const RequestedStep& request, const StepRegistry& steps, Task& task);

} // namespace thumbnailer
