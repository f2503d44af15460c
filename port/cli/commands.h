// The subcommands for people at a shell. They read stdin, write stdout and run no image code.
#pragma once

#include "config/config.h"

namespace thumbnailer {

// Runs frame, show, explain, echo or describe, by config.words.
ExitCode run_command(const Config& config);

} // namespace thumbnailer
