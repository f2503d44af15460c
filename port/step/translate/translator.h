// From a module to a translation: machine code of one architecture, as an ELF file that needs no library. Everything
// that reads the module or what was made of it runs in a confined child of its own. Never in the process that serves.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "step/image/elf_layout.h"
#include "step/translate/toolchain.h"

namespace thumbnailer {

// Whether the module is a step, as far as that can be told without translating it. Fails with bad_step.
Result<Done> check_step(Bytes module);

// Fails with bad_step for what is wrong with the module, with untranslated when tools or a sandbox for them are
// missing, with internal.
Result<std::vector<std::byte>> translate_step(Bytes module, Architecture target);
Result<std::vector<std::byte>> translate_step(Bytes module, Architecture target, const Toolchain& tools);

} // namespace thumbnailer
