#include "step/image/step_image.h"

#include <doctest/doctest.h>
#include <elf.h>

#include <cstring>
#include <random>

#include "step/image/relocation.h"
#include "support/native_steps.h"
#include "support/step_images.h"

using namespace thumbnailer;
using namespace thumbnailer::test;

namespace {

using Translation = std::vector<std::byte>;

std::string refusal(Bytes translation) {
    const auto image = StepImage::map(sealed(translation).get());
    if (!image) return image.error().message;
    const auto renewed = image->renew_data();
    return renewed ? "mapped" : renewed.error().message;
}

Elf64_Ehdr header_of(const Translation& file) {
    Elf64_Ehdr header;
    std::memcpy(&header, file.data(), sizeof header);
    return header;
}

Translation with_header(Translation file, auto change) {
    Elf64_Ehdr header = header_of(file);
    change(header);
    std::memcpy(file.data(), &header, sizeof header);
    return file;
}

// Changes the first program header of this type and with these flags.
Translation with_segment(Translation file, std::uint32_t type, std::uint32_t flags, auto change) {
    const Elf64_Ehdr header = header_of(file);
    for (std::size_t index = 0; index < header.e_phnum; ++index) {
        std::byte* const at = file.data() + header.e_phoff + index * sizeof(Elf64_Phdr);
        Elf64_Phdr segment;
        std::memcpy(&segment, at, sizeof segment);
        if (segment.p_type != type || segment.p_flags != flags) continue;
        change(segment);
        std::memcpy(at, &segment, sizeof segment);
        return file;
    }
    FAIL("there is no such segment");
    return file;
}

Translation sample() { return translated(bytes_in(sample_step("duotone"))); }

constexpr std::uint32_t kCode = PF_R | PF_X;
constexpr std::uint32_t kData = PF_R | PF_W;

} // namespace

TEST_CASE("step image: a translation is mapped, and says what it belongs to") {
    SKIP_WITHOUT_TOOLCHAIN();
    const StepImage image = image_of(sample());
    CHECK(image.note().abi == 1);
    CHECK(image.note().runtime == STEP_RUNTIME_VERSION);
    CHECK(image.layout().architecture == *native_architecture());
    CHECK(image.renew_data());
}

TEST_CASE("step image: memory that could still change is not mapped") {
    SKIP_WITHOUT_TOOLCHAIN();
    for (const int seals : {0, F_SEAL_WRITE, F_SEAL_WRITE | F_SEAL_GROW, F_SEAL_GROW | F_SEAL_SHRINK}) {
        const auto image = StepImage::map(sealed(sample(), seals).get());
        REQUIRE_FALSE(image);
        CHECK(image.error().message == "the translation is not in sealed memory");
    }
}

TEST_CASE("step image: what is no translation is refused") {
    SKIP_WITHOUT_TOOLCHAIN();
    CHECK(refusal(bytes_of("hello")) == "the translation is not an ELF file of 64 bits that can be mapped");
    CHECK(refusal(with_header(sample(), [](Elf64_Ehdr& header) { header.e_type = ET_EXEC; })) ==
          "the translation is not an ELF file of 64 bits that can be mapped");
    CHECK(refusal(with_header(sample(), [](Elf64_Ehdr& header) { header.e_machine = EM_RISCV; })) ==
          "the translation is for an unknown architecture");
    CHECK(refusal(with_header(sample(), [](Elf64_Ehdr& header) { header.e_phnum = 17; })) ==
          "the translation has program headers that are not understood");
    CHECK(refusal(with_header(sample(), [](Elf64_Ehdr& header) { header.e_phoff = ~0ULL; })) ==
          "the translation has program headers that are not in the file");
    CHECK(refusal(with_header(sample(), [](Elf64_Ehdr& header) { header.e_entry = 8; })) ==
          "the translation has its entry outside of its code");
}

TEST_CASE("step image: each segment must be in the file, in its place and of one kind") {
    SKIP_WITHOUT_TOOLCHAIN();
    const auto code = [&](auto change) { return refusal(with_segment(sample(), PT_LOAD, kCode, change)); };
    const auto data = [&](auto change) { return refusal(with_segment(sample(), PT_LOAD, kData, change)); };
    CHECK(code([](Elf64_Phdr& segment) { segment.p_offset += 1 << 20; }) ==
          "the translation has a segment that is not in the file");
    CHECK(code([](Elf64_Phdr& segment) { segment.p_filesz = ~0ULL; }) ==
          "the translation has a segment that is not in the file");
    CHECK(code([](Elf64_Phdr& segment) { segment.p_memsz -= 1; }) ==
          "the translation has a segment that is not in the file");
    CHECK(code([](Elf64_Phdr& segment) { segment.p_memsz += 1; }) ==
          "the translation has constants that are not in the file");
    CHECK(code([](Elf64_Phdr& segment) { segment.p_vaddr += 1; }) ==
          "the translation has a segment that does not fit a page");
    CHECK(code([](Elf64_Phdr& segment) { segment.p_vaddr = 0; }) == "the translation has segments that share a page");
    CHECK(code([](Elf64_Phdr& segment) { segment.p_flags |= PF_W; }) == "the translation has code that can be written");
    CHECK(data([](Elf64_Phdr& segment) { segment.p_memsz = 1 << 30; }) ==
          "the translation has a segment out of its address space");
    CHECK(data([](Elf64_Phdr& segment) { segment.p_vaddr += 1ULL << 40; }) ==
          "the translation has a segment out of its address space");
    CHECK(data([](Elf64_Phdr& segment) { segment.p_memsz = ~0ULL; }) ==
          "the translation has a segment out of its address space");
    CHECK(data([](Elf64_Phdr& segment) { segment.p_type = PT_TLS; }) == "the translation wants memory for threads");
    CHECK(data([](Elf64_Phdr& segment) { segment.p_type = PT_INTERP; }) == "the translation wants a dynamic linker");
    CHECK(refusal(with_segment(sample(), PT_GNU_STACK, kData, [](Elf64_Phdr& segment) { segment.p_flags |= PF_X; })) ==
          "the translation wants a stack with code");
    CHECK(refusal(with_segment(sample(), PT_DYNAMIC, kData, [](Elf64_Phdr& segment) { segment.p_offset = ~0ULL; })) ==
          "the translation has a dynamic table out of the file");
    CHECK(refusal(with_segment(sample(), PT_NOTE, PF_R, [](Elf64_Phdr& segment) { segment.p_filesz -= 1; })) ==
          "the translation does not say what it is a translation of");
}

TEST_CASE("step image: a translation that ends early is refused") {
    SKIP_WITHOUT_TOOLCHAIN();
    const auto file = sample();
    const ElfLayout layout = *ElfLayout::read(file);
    const std::size_t needed = layout.data->offset + layout.data->file_size;
    for (std::size_t size = 1; size < needed; size += 97) CHECK(refusal(Bytes(file).first(size)) != "mapped");
}

TEST_CASE("step image: a translation for another machine is refused") {
    SKIP_WITHOUT_TOOLCHAIN();
    const bool native = *native_architecture() == Architecture::x86_64;
    const auto other = native ? Architecture::aarch64 : Architecture::x86_64;
    if (!find_toolchain(other)) {
        MESSAGE("skipped: clang and lld are not installed (apt: clang lld)");
        return;
    }
    const auto translation = translate_step(bytes_in(sample_step("duotone")), other);
    REQUIRE(translation);
    CHECK(refusal(*translation) == "the translation is for " + std::string(name_of(other)) + ", this program runs on " +
                                       std::string(name_of(*native_architecture())));
}

TEST_CASE("step image: a translation for another run time is refused") {
    SKIP_WITHOUT_GCC();
    CHECK(refusal(NativeStep{}.linked()) == "mapped");
    NativeStep step;
    step.note = "1, STEP_RUNTIME_VERSION + 1";
    CHECK(refusal(step.linked()) == "the translation is for run time 2 of steps, this program has 1");
    step.note = "0, 0";
    CHECK(refusal(step.linked()) == "the translation does not say what it is a translation of");
}

TEST_CASE("step image: what would run at the start, or wants another file, is refused before anything runs") {
    SKIP_WITHOUT_GCC();
    NativeStep step;
    SUBCASE("a constructor") {
        step.before = "__attribute__((constructor)) void f(void) { __builtin_trap(); }";
        CHECK(refusal(step.linked()).starts_with("the translation needs more than its own memory"));
    }
    SUBCASE("a library") {
        step.flags = "-Wl,-z,norelro,-z,separate-code,--no-as-needed";
        CHECK(refusal(step.linked()).starts_with("the translation needs more than its own memory"));
    }
    SUBCASE("a symbol of another file") {
        step.before = "extern int somewhere; int* where = &somewhere;";
        CHECK(refusal(step.linked()) == "the translation has a relocation of another kind");
    }
    SUBCASE("memory for threads") {
        step.before = "__thread int mine;";
        step.body = "return ++mine;";
        CHECK(refusal(step.linked()) == "the translation wants memory for threads");
    }
    SUBCASE("data that the linker makes constant") {
        step.flags = "-nostdlib -Wl,-z,relro,-z,separate-code";
        step.before = "int value; int* const pointer = &value; int* other = &value;";
        CHECK(refusal(step.linked()) == "mapped"); // a hint that the loader does not take
    }
}

TEST_CASE("step image: pointers in the data point into the image, wherever it lies") {
    SKIP_WITHOUT_GCC();
    NativeStep step;
    step.before = "static int value = 42; int* pointer = &value; int* const second = &value;";
    step.body = "value += call; return (uint64_t)(*pointer) << 32 | *second;";
    const auto file = step.linked();
    const StepImage first = image_of(file);
    const StepImage second = image_of(file);
    for (const StepImage* image : {&first, &second}) {
        REQUIRE(image->renew_data());
        CHECK(image->entry()(nullptr, 1, nullptr) == (43ULL << 32 | 43));
        CHECK(image->entry()(nullptr, 1, nullptr) == (44ULL << 32 | 44));
        REQUIRE(image->renew_data()); // as in the file again
        CHECK(image->entry()(nullptr, 0, nullptr) == (42ULL << 32 | 42));
    }
}

TEST_CASE("step image: a relocation out of the data is refused") {
    SKIP_WITHOUT_GCC();
    NativeStep step;
    step.before = "static int value = 42; int* pointer = &value;";
    step.body = "return *pointer;";
    auto file = step.linked();
    const ElfLayout layout = *ElfLayout::read(file);
    // The one relocation, found by what it holds.
    std::size_t at = 0;
    for (; at + sizeof(Elf64_Rela) <= file.size(); at += 8) {
        Elf64_Rela entry;
        std::memcpy(&entry, file.data() + at, sizeof entry);
        if (entry.r_info == R_X86_64_RELATIVE && layout.data->holds(entry.r_offset, 8)) break;
    }
    REQUIRE(at + sizeof(Elf64_Rela) <= file.size());
    const auto changed = [&](auto change) {
        auto copy = file;
        Elf64_Rela entry;
        std::memcpy(&entry, copy.data() + at, sizeof entry);
        change(entry);
        std::memcpy(copy.data() + at, &entry, sizeof entry);
        return refusal(copy);
    };
    CHECK(changed([](Elf64_Rela&) {}) == "mapped");
    CHECK(changed([](Elf64_Rela& entry) { entry.r_offset = 0; }) == "the translation has a relocation out of its data");
    CHECK(changed([](Elf64_Rela& entry) { entry.r_offset = ~0ULL - 3; }) ==
          "the translation has a relocation out of its data");
    CHECK(changed([&](Elf64_Rela& entry) { entry.r_offset = layout.data->address + layout.data->size - 7; }) ==
          "the translation has a relocation out of its data");
    CHECK(changed([](Elf64_Rela& entry) { entry.r_addend = -1; }) ==
          "the translation has a relocation out of its data");
    CHECK(changed([](Elf64_Rela& entry) { entry.r_info = R_X86_64_64; }) ==
          "the translation has a relocation of another kind");
}

TEST_CASE("step image: nothing of it is executable but its code, and nothing writable but its data") {
    SKIP_WITHOUT_TOOLCHAIN();
    const StepImage image = image_of(sample());
    std::ifstream maps("/proc/self/maps");
    std::size_t seen = 0;
    for (std::string line; std::getline(maps, line);) {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        std::array<char, 5> rights{};
        REQUIRE(std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, rights.data()) == 3);
        const auto entry = reinterpret_cast<std::uint64_t>(image.entry());
        const auto first = entry - image.layout().entry;
        if (end <= first || begin >= first + image.layout().span) continue;
        ++seen;
        CHECK_FALSE((rights[1] == 'w' && rights[2] == 'x'));
        CHECK((rights[2] == 'x') == (begin <= entry && entry < end));
    }
    CHECK(seen >= 3);
}

TEST_CASE("step image: changed bytes never crash whoever maps a translation") {
    SKIP_WITHOUT_TOOLCHAIN();
    const auto file = sample();
    std::mt19937 random(1);
    for (int time = 0; time < 2000; ++time) {
        auto copy = file;
        const std::size_t headers = 64 + 7 * sizeof(Elf64_Phdr);
        for (int change = 0; change < 3; ++change)
            copy[random() % (time % 2 == 0 ? headers : copy.size())] = static_cast<std::byte>(random());
        refusal(copy); // that it comes back is the test
    }
}
