// Faults on demand, compiled only into build/thumbnailer_faulty. The source `fault:NAME` makes the worker do what the
// name says instead of a thumbnail; `fault:NAME@POINT`, a line feed and an image make it do so in the middle of that
// image: at `read`, before it is looked at; at `decode`, when the decoder comes to the second half of the file; at
// `write`, when half of the first thumbnail is written.
#pragma once

#include "base/term.h"

namespace thumbnailer {

// The image behind the mark; commits the fault when it is one of `read`, and sees to it that one of `decode` comes.
Bytes plan_fault(Bytes source);
// To be called when half of a thumbnail is written.
void commit_fault_of_write();

} // namespace thumbnailer
