#include "faults.h"

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "channel.h"
#include "job.h"

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

void allocate() {
    constexpr std::size_t kStep = std::size_t{1} << 24;
    for (;;) std::memset(std::malloc(kStep), 1, kStep);
}

// As an attacker would, who has taken over the worker: a message of the right size that says what cannot be.
void answer_nonsense() {
    std::array<std::byte, sizeof(Outcome)> nonsense{};
    nonsense.fill(std::byte{0x7f});
    nonsense[0] = std::byte{0};
    send_message(kChannelInWorker, nonsense, {});
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
    {"sleep",
     [] {
         for (;;) ::sleep(1000);
     }},
    {"stop", [] { std::raise(SIGSTOP); }},
    {"allocate", allocate},
    {"fork", [] { ::fork(); }},
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

} // namespace

void commit_fault(Bytes source) {
    constexpr std::string_view kMark = "fault:";
    const std::string_view text = text_of(source);
    if (!text.starts_with(kMark)) return;
    for (const Fault& fault : kFaults)
        if (text.substr(kMark.size()) == fault.name) fault.commit();
}

} // namespace thumbnailer
