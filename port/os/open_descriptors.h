// Which descriptors a process has: for one that must have no others than it was given.
#pragma once

#include "os/descriptor.h"

namespace thumbnailer {

// Closes all from `first` on. False when the kernel offers no way to be sure of that.
bool close_from(int first);

// Sees to it that 0, 1 and 2 are open, so that nothing that is opened later gets their numbers.
bool occupy_standard_descriptors();

// What reads as the end of a file and cannot be written to, without a device that may be missing.
Descriptor open_at_end();

// Takes as many descriptors as the system lets us have. How many these are.
long raise_descriptor_limit();

} // namespace thumbnailer
