// The subcommands for people at a shell. They read stdin, write stdout and run no image code.
#pragma once

#include "config/config.h"

namespace thumbnailer {

// frame, show, explain, echo or describe, as config.words says.
ExitCode run_command(const Config& config);

} // namespace thumbnailer
