// Whether a WebAssembly module is a step, looked at before a tool of others sees it, and the module that those tools
// get: with the contract's exports alone and no custom section, so that no name which its author chose reaches a tool
// that writes C.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "step/module/checked_module.h"
#include "step/module/limits.h"

namespace thumbnailer {

// Fails with bad_step. Instructions are not looked at: that is for wasm-validate.
Result<CheckedModule> check_module(Bytes module, const ModuleLimits& limits = {});

} // namespace thumbnailer
