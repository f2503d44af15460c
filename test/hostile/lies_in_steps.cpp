// What a worker does to the code and the data of a step, which it has from the fork server as every other worker has
// them, and what it says of the step that it runs.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "hostile.h"

namespace thumbnailer::hostile {

namespace {

constexpr std::size_t kPage = 4096;
constexpr int kMostDescriptors = 1024;

// Whole pages of the first step that the job names.
struct Pages {
    std::byte* at;
    std::size_t size;
};

Pages pages_of(const Attack& attack, bool ElfSegment::*kind) {
    const StepImage& step = *attack.steps.find(attack.job.step_uses[0].step);
    const auto segment = std::ranges::find_if(step.layout().segments, [&](const auto& each) { return each.*kind; });
    std::byte* const image = reinterpret_cast<std::byte*>(step.entry()) - step.layout().entry;
    const std::size_t from = segment->address / kPage * kPage;
    const std::size_t end = (segment->address + segment->size + kPage - 1) / kPage * kPage;
    return {image + from, end - from};
}

Pages code(const Attack& attack) { return pages_of(attack, &ElfSegment::executable); }
Pages data(const Attack& attack) { return pages_of(attack, &ElfSegment::writable); }

// What must be refused, or end the worker.
void must_fail(bool worked) {
    if (worked) succeeded();
}

// A copy of the pages, of this process alone, which it can write and never run again.
void make_writable(const Pages& pages) {
    if (::mprotect(pages.at, pages.size, PROT_READ | PROT_WRITE) != 0) ::_exit(98);
}

void overwrite(const Pages& pages) { std::memset(pages.at, 0xCC, pages.size); }

void claim(Attack& attack, Reason reason, StepFault fault, std::uint8_t use) {
    attack.result.failed = 1;
    attack.result.failure.reason = reason;
    attack.result.failure.fault = fault;
    attack.result.failure.step_use = use;
    copy_text("it says so", attack.result.failure.message);
}

constexpr Lie kLies[] = {
    {"step_writes_its_code", [](Attack& a) { overwrite(code(a)); }},
    {"step_overwrites_its_own_copy",
     [](Attack& a) {
         make_writable(code(a));
         overwrite(code(a));
     }},
    {"step_runs_what_it_wrote",
     [](Attack& a) {
         const Pages pages = code(a);
         make_writable(pages);
         overwrite(pages);
         ::mprotect(pages.at, pages.size, PROT_READ | PROT_EXEC);
         succeeded();
     }},
    {"step_maps_its_code_to_write",
     [](Attack& a) {
         const Pages pages = code(a);
         ::mprotect(pages.at, pages.size, PROT_READ | PROT_WRITE | PROT_EXEC);
         succeeded();
     }},
    {"step_makes_its_data_a_program",
     [](Attack& a) {
         const Pages pages = data(a);
         ::mprotect(pages.at, pages.size, PROT_READ | PROT_EXEC);
         succeeded();
     }},
    {"step_has_pages_of_its_code_removed",
     [](Attack& a) {
         const Pages pages = code(a);
         ::madvise(pages.at, pages.size, MADV_REMOVE);
         succeeded();
     }},
    {"step_drops_its_pages",
     [](Attack& a) {
         ::madvise(code(a).at, code(a).size, MADV_DONTNEED);
         ::madvise(data(a).at, data(a).size, MADV_DONTNEED);
     }},
    // With an old size of 0 a shared mapping would be doubled.
    {"step_doubles_its_mapping",
     [](Attack& a) { must_fail(::mremap(code(a).at, 0, code(a).size, MREMAP_MAYMOVE) != MAP_FAILED); }},
    {"step_unmaps_its_code", [](Attack& a) { ::munmap(code(a).at, code(a).size); }},
    {"step_overwrites_its_data", [](Attack& a) { overwrite(data(a)); }},
    {"step_writes_to_every_descriptor",
     [](Attack& a) {
         for (int fd = 0; fd < kMostDescriptors; ++fd)
             if (fd != a.memory()) must_fail(::pwrite(fd, "x", 1, 0) == 1);
     }},
    {"step_truncates_a_descriptor",
     [](Attack& a) {
         ::ftruncate(a.memory(), 0);
         succeeded();
     }},
    {"step_writes_through_proc",
     [](Attack&) {
         must_fail(::open("/proc/self/mem", O_RDWR) >= 0);
         must_fail(::open("/proc/self/map_files", O_RDONLY) >= 0);
     }},
    {"step_says_it_runs_another",
     [](Attack& a) {
         a.progress.begin(4'000'000'000);
         std::abort();
     }},
    {"step_says_it_runs_and_aborts",
     [](Attack& a) {
         a.progress.begin(0);
         std::abort();
     }},
    {"step_says_it_runs_still", [](Attack& a) { a.progress.begin(0); }},
    {"step_claims_a_fault_of_another", [](Attack& a) { claim(a, Reason::step_failed, StepFault::bounds, 200); }},
    {"step_claims_a_fault_that_is_none", [](Attack& a) { claim(a, Reason::step_failed, StepFault{200}, 1); }},
    {"step_claims_to_be_refused_by_a_fault", [](Attack& a) { claim(a, Reason::step_refused, StepFault::stack, 1); }},
    {"step_claims_to_be_away", [](Attack& a) { claim(a, Reason::step_disabled, StepFault::refused, 0); }},
};

} // namespace

std::span<const Lie> lies_in_steps() { return kLies; }

} // namespace thumbnailer::hostile
