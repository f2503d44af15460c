// Faults on demand, compiled only into build/thumbnailer_faulty: a source that begins with `fault:` makes the worker
// do what its name says instead of a thumbnail.
#pragma once

#include "term.h"

namespace thumbnailer {

void commit_fault(Bytes source);

} // namespace thumbnailer
