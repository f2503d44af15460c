// What is done before, with and after an answer, and what is taken of the machine.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <thread>

#include "hostile.h"
#include "os/channel.h"
#include "os/shared_memory.h"
#include "os/write_all.h"

namespace thumbnailer::hostile {

namespace {

void rest(long milliseconds) {
    timespec time{milliseconds / 1000, milliseconds % 1000 * 1'000'000};
    ::nanosleep(&time, nullptr);
}

[[noreturn]] void sleep_for_ever() {
    for (;;) rest(1000);
}

[[noreturn]] void spin() {
    for (volatile unsigned turns = 0;;) turns = turns + 1;
}

void take(std::size_t megabytes) {
    for (std::size_t taken = 0; taken < megabytes; ++taken) std::memset(std::malloc(1 << 20), 1, 1 << 20);
}

[[noreturn]] void flood() {
    const std::string line(4000, 'x');
    for (;;) [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

[[noreturn]] void stop() {
    for (;;) ::syscall(SYS_tgkill, ::getpid(), ::getpid(), SIGSTOP);
}

// The honest answer, and then.
void answer_then_be_idle(const Attack& attack) {
    attack.answer();
    rest(100);
}

constexpr Lie kLies[] = {
    {"floods_stderr_and_answers",
     [](Attack&) {
         const std::string line(4000, 'x');
         for (int lines = 0; lines < 100; ++lines)
             [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
     }},
    {"floods_stderr", [](Attack&) { flood(); }},
    {"dies_with_escapes_on_stderr",
     [](Attack&) {
         constexpr std::string_view kWords = "\x1b]0;owned\a\xff\xe2\x80\xae";
         [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, kWords.data(), kWords.size());
         std::abort();
     }},
    {"answers_twice", [](Attack& a) { a.answer(); }},
    {"answers_many_times",
     [](Attack& a) {
         for (;;) a.answer();
     }},
    {"answers_and_sends_for_the_next",
     [](Attack& a) {
         answer_then_be_idle(a);
         ++a.result.sequence;
         a.answer();
         sleep_for_ever();
     }},
    {"answers_and_closes_the_channel",
     [](Attack& a) {
         answer_then_be_idle(a);
         ::close(kChannelInWorker);
         sleep_for_ever();
     }},
    {"answers_and_exits",
     [](Attack& a) {
         answer_then_be_idle(a);
         ::_exit(0);
     }},
    {"stops_itself", [](Attack&) { stop(); }},
    {"answers_and_stops",
     [](Attack& a) {
         a.answer();
         stop();
     }},
    {"answers_and_spins",
     [](Attack& a) {
         a.answer();
         spin();
     }},
    {"answers_and_takes_memory",
     [](Attack& a) {
         answer_then_be_idle(a);
         take(600);
         sleep_for_ever();
     }},
    {"answers_and_floods_stderr",
     [](Attack& a) {
         a.answer();
         flood();
     }},
    {"answers_and_closes_stderr",
     [](Attack& a) {
         ::close(STDERR_FILENO);
         a.answer();
         sleep_for_ever();
     }},
    {"answers_and_writes_on",
     [](Attack& a) {
         answer_then_be_idle(a); // copied by now, and emptied for good
         if (write_all(a.memory(), bytes_of("overwritten"), 0)) succeeded();
         sleep_for_ever();
     }},
    {"takes_memory",
     [](Attack&) {
         take(600);
         sleep_for_ever();
     }},
    {"takes_memory_without_its_first_thread",
     [](Attack&) {
         std::thread([] {
             rest(20);
             take(600);
             sleep_for_ever();
         }).detach();
         ::syscall(SYS_exit, 0);
     }},
    {"takes_memory_for_results",
     [](Attack& a) {
         const std::string piece(1 << 20, 'x');
         for (std::uint64_t written = 0; written < 400; ++written)
             write_all(a.memory(), bytes_of(piece), written << 20);
         sleep_for_ever();
     }},
    {"takes_page_tables",
     [](Attack&) {
         // A page each 2 MiB: a page table for each page.
         constexpr std::size_t kStep = std::size_t{2} << 20;
         auto* memory = static_cast<char*>(
             ::mmap(nullptr, kStep * 8000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
         if (memory == MAP_FAILED) std::abort();
         ::madvise(memory, kStep * 8000, MADV_NOHUGEPAGE);
         [[maybe_unused]] volatile char sum = 0;
         for (std::size_t page = 0; page < 8000; ++page) sum = sum + memory[page * kStep];
         take(175);
         sleep_for_ever();
     }},
    {"starts_a_thousand_threads",
     [](Attack&) {
         for (int threads = 0; threads < 1000; ++threads) std::thread(sleep_for_ever).detach();
         sleep_for_ever();
     }},
    {"spins_and_ignores_signals",
     [](Attack&) {
         std::signal(SIGXCPU, SIG_IGN);
         spin();
     }},
    {"overwrites_what_is_copied",
     [](Attack& a) {
         std::thread([&a, offset = a.output().offset] {
             for (;;)
                 if (!write_all(a.memory(), bytes_of("<!doctype html>"), offset)) sleep_for_ever();
         }).detach();
         a.answer();
         sleep_for_ever();
     }},
    {"answers_late", [](Attack&) { rest(300); }},
    // It knows the numbers of the jobs to come, and a probe has no output that would be missing.
    {"answers_without_reading",
     [](Attack& a) {
         for (;; ++a.result.sequence) {
             a.answer();
             rest(30);
         }
     }},
    {"keeps_its_results",
     [](Attack& a) {
         static std::vector<Descriptor> kept;
         for (const Descriptor& each : kept)
             if (size_of_memory(each.get()).allocated != 0) succeeded();
         kept.emplace_back(::dup(a.memory()));
     }},
    {"keeps_its_sources",
     [](Attack& a) {
         static std::vector<Descriptor> kept;
         kept.emplace_back(::dup(a.source()));
     }},
    {"fails_and_stays",
     [](Attack& a) {
         write_all(a.memory(), bytes_of(std::string(20 << 20, 'x')), 0);
         take(40);
         a.result.failed = 1;
         a.result.failure.reason = Reason::bad_image;
         copy_text("it says so", a.result.failure.message);
         const Descriptor kept(::dup(a.memory()));
         a.answer();
         sleep_for_ever();
     }},
    {"reads_no_more_jobs",
     [](Attack& a) {
         a.answer();
         sleep_for_ever();
     }},
};

} // namespace

std::span<const Lie> lies_in_time() { return kLies; }

} // namespace thumbnailer::hostile
