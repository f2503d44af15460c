// Pointers in the data of a translation: the linker left where they are, and what they point to. Only those that point
// into the image itself are known; a translation that wants anything of another file, or something run at its start, is
// refused.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "step/image/elf_layout.h"

namespace thumbnailer {

// `image`: where the image lies in memory. Fails with bad_step.
Result<Done> relocate(const ElfLayout& layout, Bytes file, std::byte* image);

// Whether `relocate` would do it: for the translator, which has no image.
Result<Done> check_relocations(const ElfLayout& layout, Bytes file);

} // namespace thumbnailer
