#include "step/image/elf_layout.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace thumbnailer {

namespace {

constexpr std::uint64_t kMaxSpan = std::uint64_t{64} << 20;
constexpr std::size_t kMaxHeaders = 16;

struct ArchitectureSpec {
    std::string_view name;
    std::uint16_t machine;
    std::size_t page;
};
// In the order of Architecture.
constexpr std::array kArchitectures{ArchitectureSpec{"x86_64", EM_X86_64, 4096},
                                    ArchitectureSpec{"aarch64", EM_AARCH64, 65536}};

Failure bad(const std::string& what) { return {Reason::bad_step, "the translation " + what}; }

bool is_inside(std::uint64_t offset, std::uint64_t size, std::uint64_t whole) {
    return offset <= whole && size <= whole - offset;
}

template <typename T>
std::optional<T> read_at(Bytes file, std::uint64_t offset) {
    if (!is_inside(offset, sizeof(T), file.size())) return std::nullopt;
    T value;
    std::memcpy(&value, file.data() + offset, sizeof value);
    return value;
}

std::optional<Architecture> architecture_of(std::uint16_t machine) {
    const auto row = std::ranges::find(kArchitectures, machine, &ArchitectureSpec::machine);
    if (row == kArchitectures.end()) return std::nullopt;
    return static_cast<Architecture>(row - kArchitectures.begin());
}

bool is_shared_object(const Elf64_Ehdr& header) {
    static constexpr std::array<unsigned char, 7> kIdentity{0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT};
    return std::equal(kIdentity.begin(), kIdentity.end(), header.e_ident) && header.e_type == ET_DYN;
}

ElfSegment segment_of(const Elf64_Phdr& header) {
    return {header.p_vaddr,
            header.p_memsz,
            header.p_offset,
            header.p_filesz,
            (header.p_flags & PF_W) != 0,
            (header.p_flags & PF_X) != 0};
}

// The note of step/runtime/translation.c, if this is it.
std::optional<StepNote> note_in(Bytes file, const Elf64_Phdr& header) {
    struct Whole {
        Elf64_Nhdr header;
        char name[sizeof STEP_NOTE_NAME];
        StepNote note;
    };
    if (!is_inside(header.p_offset, header.p_filesz, file.size()) || header.p_filesz < sizeof(Whole))
        return std::nullopt;
    const auto whole = read_at<Whole>(file, header.p_offset);
    if (!whole || whole->header.n_namesz != sizeof whole->name || whole->header.n_descsz != sizeof whole->note ||
        whole->header.n_type != STEP_NOTE_TYPE || std::memcmp(whole->name, STEP_NOTE_NAME, sizeof whole->name) != 0)
        return std::nullopt;
    return whole->note;
}

// Takes in one header after the other.
class LayoutReader {
public:
    LayoutReader(Bytes file, ElfLayout& layout) : file_(file), layout_(layout), page_(page_of(layout.architecture)) {}

    Result<Done> add(const Elf64_Phdr& header) {
        switch (header.p_type) {
        case PT_LOAD: return add_load(segment_of(header));
        case PT_DYNAMIC: return add_dynamic(segment_of(header));
        case PT_NOTE:
            if (const auto note = note_in(file_, header)) layout_.note = *note;
            return Done{};
        case PT_TLS: return bad("wants memory for threads");
        case PT_INTERP: return bad("wants a dynamic linker");
        case PT_GNU_STACK: return (header.p_flags & PF_X) != 0 ? Result<Done>(bad("wants a stack with code")) : Done{};
        default: return Done{};
        }
    }

private:
    Result<Done> add_load(const ElfSegment& segment) {
        if (!is_inside(segment.offset, segment.file_size, file_.size()) || segment.file_size > segment.size)
            return bad("has a segment that is not in the file");
        if (!is_inside(segment.address, segment.size, kMaxSpan)) return bad("has a segment out of its address space");
        if (segment.address % page_ != segment.offset % page_) return bad("has a segment that does not fit a page");
        if (segment.address / page_ * page_ < layout_.span) return bad("has segments that share a page");
        if (segment.writable && segment.executable) return bad("has code that can be written");
        if (segment.writable && layout_.data) return bad("has two segments of data");
        if (!segment.writable && segment.size != segment.file_size)
            return bad("has constants that are not in the file");
        if (segment.writable) layout_.data = segment;
        layout_.segments.push_back(segment);
        layout_.span = (segment.address + segment.size + page_ - 1) / page_ * page_;
        return Done{};
    }

    Result<Done> add_dynamic(const ElfSegment& segment) {
        if (layout_.dynamic) return bad("has two dynamic tables");
        if (!is_inside(segment.offset, segment.file_size, file_.size()))
            return bad("has a dynamic table out of the file");
        layout_.dynamic = segment;
        return Done{};
    }

    Bytes file_;
    ElfLayout& layout_;
    std::uint64_t page_;
};

} // namespace

std::string_view name_of(Architecture architecture) {
    return kArchitectures[static_cast<std::size_t>(architecture)].name;
}

std::optional<Architecture> architecture_named(std::string_view name) {
    const auto row = std::ranges::find(kArchitectures, name, &ArchitectureSpec::name);
    if (row == kArchitectures.end()) return std::nullopt;
    return static_cast<Architecture>(row - kArchitectures.begin());
}

std::optional<Architecture> native_architecture() {
#if defined(__x86_64__)
    return Architecture::x86_64;
#elif defined(__aarch64__)
    return Architecture::aarch64;
#else
    return std::nullopt;
#endif
}

std::size_t page_of(Architecture architecture) { return kArchitectures[static_cast<std::size_t>(architecture)].page; }

Result<ElfLayout> ElfLayout::read(Bytes file) {
    const auto header = read_at<Elf64_Ehdr>(file, 0);
    if (!header || !is_shared_object(*header)) return bad("is not an ELF file of 64 bits that can be mapped");
    const auto architecture = architecture_of(header->e_machine);
    if (!architecture) return bad("is for an unknown architecture");
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum > kMaxHeaders)
        return bad("has program headers that are not understood");
    ElfLayout layout;
    layout.architecture = *architecture;
    layout.entry = header->e_entry;
    LayoutReader reader(file, layout);
    if (!is_inside(header->e_phoff, header->e_phnum * sizeof(Elf64_Phdr), file.size()))
        return bad("has program headers that are not in the file");
    for (std::uint64_t index = 0; index < header->e_phnum; ++index) {
        const auto program_header = read_at<Elf64_Phdr>(file, header->e_phoff + index * sizeof(Elf64_Phdr));
        if (auto added = reader.add(*program_header); !added) return std::move(added).error();
    }
    if (layout.note.runtime == 0) return bad("does not say what it is a translation of");
    const bool enters_code = std::ranges::any_of(layout.segments, [&](const ElfSegment& segment) {
        return segment.executable && segment.holds(layout.entry, 1);
    });
    if (!enters_code) return bad("has its entry outside of its code");
    return layout;
}

} // namespace thumbnailer
