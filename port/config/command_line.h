// The command line, read into a Config. One row a flag; `--help` is made from the rows.
#pragma once

#include <string>

#include "base/result.h"
#include "config/config.h"

namespace thumbnailer {

// Fails with bad_option: the flag, the value and what is accepted.
Result<Config> read_config(int argc, char** argv);

std::string help_text();

} // namespace thumbnailer
