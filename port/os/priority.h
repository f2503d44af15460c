// The priority of another process. See sched(7): only where processes compete for a processor does it matter.
#pragma once

#include <sys/types.h>

namespace thumbnailer {

// Raises the nice value of all threads of a process by so many steps above that of this one; each step costs a tenth of
// the processor that the process would have beside others. Threads that it starts later inherit the value. It cannot be
// undone without CAP_SYS_NICE. False when there is a thread for which it could not be done.
bool lower_priority(pid_t pid, int steps);

} // namespace thumbnailer
