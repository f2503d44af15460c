// The first frame that the program writes: what it is, what it can and what it allows.
#pragma once

#include "config/config.h"
#include "sandbox/sandbox.h"
#include "wire/codec.h"

namespace thumbnailer {

// `libvips`: the version that is running, such as "8.18.7".
Payload hello(const Config& config, const SandboxStatus& status, std::string_view libvips);

} // namespace thumbnailer
