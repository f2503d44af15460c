// thumbnailer step check | translate | describe | run: for authors of steps, and for the library, which has its
// translations made by `step translate`. The process that serves runs none of this.
#pragma once

#include "config/config.h"

namespace thumbnailer {

// config.words begins with "step".
ExitCode run_step_command(const Config& config);

} // namespace thumbnailer
