#include "step/image/relocation.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace thumbnailer {

namespace {

Failure bad(const std::string& what) { return {Reason::bad_step, "the translation " + what}; }

// What a linker writes for a file that needs nothing: tables of symbols that nobody looks at, and relocations.
constexpr std::array<Elf64_Sxword, 14> kHarmlessTags{DT_HASH,   DT_GNU_HASH, DT_STRTAB, DT_SYMTAB,  DT_STRSZ,
                                                     DT_SYMENT, DT_RELA,     DT_RELASZ, DT_RELAENT, DT_RELACOUNT,
                                                     DT_FLAGS,  DT_FLAGS_1,  DT_SONAME, DT_DEBUG};

struct RelocationTable {
    std::uint64_t address = 0;
    std::uint64_t size = 0;
};

Result<RelocationTable> find_table(const ElfLayout& layout, Bytes file) {
    RelocationTable table;
    if (!layout.dynamic) return table;
    const ElfSegment& dynamic = *layout.dynamic;
    for (std::uint64_t at = 0; at + sizeof(Elf64_Dyn) <= dynamic.file_size; at += sizeof(Elf64_Dyn)) {
        Elf64_Dyn entry;
        std::memcpy(&entry, file.data() + dynamic.offset + at, sizeof entry);
        if (entry.d_tag == DT_NULL) return table;
        if (std::ranges::find(kHarmlessTags, entry.d_tag) == kHarmlessTags.end())
            return bad("needs more than its own memory (dynamic entry " + std::to_string(entry.d_tag) + ")");
        if (entry.d_tag == DT_FLAGS && (entry.d_un.d_val & DF_TEXTREL) != 0) return bad("wants its code changed");
        if (entry.d_tag == DT_RELA) table.address = entry.d_un.d_ptr;
        if (entry.d_tag == DT_RELASZ) table.size = entry.d_un.d_val;
    }
    return bad("has a dynamic table without an end");
}

std::uint64_t relative_type(Architecture architecture) {
    return architecture == Architecture::x86_64 ? R_X86_64_RELATIVE : R_AARCH64_RELATIVE;
}

// Calls `use` with the place of each pointer and what it points to, both as addresses in the image.
template <typename Use>
Result<Done> each_relocation(const ElfLayout& layout, Bytes file, Use use) {
    const auto table = find_table(layout, file);
    if (!table) return table.error();
    if (table->size == 0) return Done{};
    const auto holder = std::ranges::find_if(layout.segments, [&](const ElfSegment& segment) {
        return !segment.writable && segment.holds(table->address, table->size);
    });
    if (holder == layout.segments.end()) return bad("has relocations out of its constants");
    const std::byte* const first = file.data() + holder->offset + (table->address - holder->address);
    for (std::uint64_t at = 0; at + sizeof(Elf64_Rela) <= table->size; at += sizeof(Elf64_Rela)) {
        Elf64_Rela entry;
        std::memcpy(&entry, first + at, sizeof entry);
        if (entry.r_info != relative_type(layout.architecture)) return bad("has a relocation of another kind");
        const auto target = static_cast<std::uint64_t>(entry.r_addend);
        if (!layout.data || !layout.data->holds(entry.r_offset, sizeof(std::uint64_t)) || target >= layout.span)
            return bad("has a relocation out of its data");
        use(entry.r_offset, target);
    }
    return Done{};
}

} // namespace

Result<Done> relocate(const ElfLayout& layout, Bytes file, std::byte* image) {
    return each_relocation(layout, file, [&](std::uint64_t place, std::uint64_t target) {
        const std::byte* const pointer = image + target;
        std::memcpy(image + place, &pointer, sizeof pointer);
    });
}

Result<Done> check_relocations(const ElfLayout& layout, Bytes file) {
    return each_relocation(layout, file, [](std::uint64_t, std::uint64_t) {});
}

} // namespace thumbnailer
