#include "faults.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "job/job.h"
#include "os/channel.h"

namespace thumbnailer {

namespace {

void overrun_the_stack(const volatile char* above) {
    std::array<volatile char, 4096> page{};
    page[0] = above[0];
    if (page[0] == 'x') overrun_the_stack(page.data()); // it always is
}

void spin() {
    for (volatile unsigned turns = 0;;) turns = turns + 1;
}

// As a very large image does.
void compute() {
    for (const std::clock_t end = std::clock() + CLOCKS_PER_SEC; std::clock() < end;) {
    }
}

void allocate() {
    constexpr std::size_t kStep = std::size_t{1} << 24;
    for (;;) std::memset(std::malloc(kStep), 1, kStep);
}

// As an attacker would, who has taken over the worker: a message of the right size that says what cannot be.
void answer_nonsense() {
    std::array<std::byte, sizeof(JobResult)> nonsense{};
    nonsense.fill(std::byte{0x7f});
    nonsense[0] = std::byte{0};
    send_message(kChannelInWorker, nonsense, {}, Wait::yes);
    spin();
}

struct Fault {
    std::string_view name;
    void (*commit)();
};
constexpr Fault kFaults[] = {
    {"segv", [] { std::raise(SIGSEGV); }},
    {"abort", [] { std::abort(); }},
    {"stack", [] { overrun_the_stack("x"); }},
    {"exit", [] { ::_exit(3); }},
    {"spin", spin},
    {"compute", compute}, // for a second, then goes on
    {"sleep",
     [] {
         for (;;) ::sleep(1000);
     }},
    {"stop", [] { std::raise(SIGSTOP); }},
    {"allocate", allocate},
    {"fork", [] { ::fork(); }},
    {"sync", [] { ::sync(); }}, // forbidden, and without any other consequence
    {"complain",
     [] {
         std::fputs("the last words\n", stderr);
         std::abort();
     }},
    {"hang_up",
     [] {
         ::close(kChannelInWorker);
         spin();
     }},
    {"nonsense", answer_nonsense},
};

const Fault* planned_write = nullptr;
const Fault* planned_decode = nullptr;

// The pages of the second half cannot be read any more; who tries commits the fault there and then.
void trap_second_half(Bytes image, const Fault& fault) {
    planned_decode = &fault;
    struct sigaction action {};
    action.sa_handler = [](int) {
        std::signal(SIGSEGV, SIG_DFL);
        planned_decode->commit();
    };
    action.sa_flags = SA_NODEFER;
    ::sigaction(SIGSEGV, &action, nullptr);
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto first = reinterpret_cast<std::uintptr_t>(image.data());
    const std::uintptr_t from = (first + image.size() / 2 + page - 1) / page * page;
    const std::uintptr_t end = first + image.size();
    if (from < end) ::mprotect(reinterpret_cast<void*>(from), end - from, PROT_NONE);
}

} // namespace

Bytes plan_fault(Bytes source) {
    constexpr std::string_view kMark = "fault:";
    planned_write = nullptr;
    const std::string_view text = text_of(source);
    if (!text.starts_with(kMark)) return source;
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::string_view image = text.substr(std::min(text.size(), line.size() + 1));
    const std::size_t at = line.find('@');
    const std::string_view point = at == line.npos ? "read" : line.substr(at + 1);
    for (const Fault& fault : kFaults) {
        if (line.substr(kMark.size(), at - kMark.size()) != fault.name) continue;
        if (point == "read") fault.commit();
        if (point == "decode") trap_second_half(bytes_of(image), fault);
        if (point == "write") planned_write = &fault;
    }
    return bytes_of(image);
}

void commit_fault_of_write() {
    if (planned_write != nullptr) planned_write->commit();
}

} // namespace thumbnailer
