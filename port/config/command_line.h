// Parses the command line into a Config. One row for each flag; `--help` is made from the rows.
#pragma once

#include <string>

#include "base/result.h"
#include "config/config.h"

namespace thumbnailer {

// Fails with bad_option; the message names the flag, the value and the accepted values.
Result<Config> read_config(int argc, char** argv);

std::string help_text();

} // namespace thumbnailer
