// Landlock: Linux's way for a process to give up the file system, TCP and signals to others, without being root.
// https://docs.kernel.org/userspace-api/landlock.html
#pragma once

namespace thumbnailer {

// The version that the running kernel offers; 0: none.
int landlock_version();

// Gives up everything that this version can take away, for the calling thread and its children. There is no rule
// that gives anything back.
bool enter_landlock(int version);

} // namespace thumbnailer
