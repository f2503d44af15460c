// Landlock: Linux's way for a process to give up the file system, TCP and signals to others, without being root.
// https://docs.kernel.org/userspace-api/landlock.html
#pragma once

namespace thumbnailer {

// The version that the running kernel offers; 0: none.
int landlock_version();

// Gives up everything that this version can take away, for the calling thread and its children. There is no rule
// that gives anything back.
bool enter_landlock(int version);

// Gives up running programs, making folders, links and devices, and from version 6 on signals to others, for a process that
// goes on reading and writing files. Whoever is in such a domain can neither read the memory nor take the descriptors of a
// process that is not, whatever the user.
bool enter_file_landlock(int version);

} // namespace thumbnailer
