// The floor: the same libvips calls as the port program's, in a bare loop in this process, with no frame, no
// worker, no Elixir.
//
//    bare_loop FILE SIDE PROCESSES
//
// Starts PROCESSES copies of itself. For each line on stdin, a number of images, all of them together make that many
// thumbnails of FILE that fit a square of SIDE pixels; it answers with the milliseconds that this took.

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "descriptor.h"
#include "thumbnail/session.h"
#include "thumbnail/thumbnail.h"

namespace {

using namespace thumbnailer;

struct Runner {
    Descriptor count;
    Descriptor done;
};

bool make(const Job& job, Bytes source) {
    const Outcome outcome =
        make_thumbnails(job, {source}, [](std::size_t, const MadeThumbnail&, Product&) { return Done{}; });
    return outcome.failed == 0 && outcome.products[0].made != 0;
}

[[noreturn]] void run(const Job& job, Bytes source, int counts, int done) {
    for (int count = 0; ::read(counts, &count, sizeof count) == sizeof count;) {
        bool made = true;
        for (int index = 0; index < count; ++index) made = make(job, source) && made;
        if (!made || ::write(done, &count, sizeof count) != sizeof count) ::_exit(1);
    }
    ::_exit(0);
}

Runner start(const Job& job, Bytes source) {
    int counts[2];
    int done[2];
    if (::pipe(counts) != 0 || ::pipe(done) != 0) std::exit(70);
    if (::fork() == 0) {
        ::close(counts[1]);
        run(job, source, counts[0], done[1]);
    }
    ::close(counts[0]);
    ::close(done[1]);
    return {Descriptor(counts[1]), Descriptor(done[0])};
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 64;
    std::ifstream file(argv[1], std::ios::binary);
    const std::string source{std::istreambuf_iterator<char>(file), {}};
    Job job;
    job.count = 1;
    job.outputs[0].width = job.outputs[0].height = std::atoi(argv[2]);
    job.source_size = source.size();
    if (!VipsSession::start(argv[0], usual_formats())) return 70;
    std::vector<Runner> runners(static_cast<std::size_t>(std::atoi(argv[3])));
    for (Runner& runner : runners) runner = start(job, bytes_of(source));
    for (int count = 0; std::cin >> count;) {
        const int share = count / static_cast<int>(runners.size());
        const auto begin = std::chrono::steady_clock::now();
        for (const Runner& runner : runners)
            if (::write(runner.count.get(), &share, sizeof share) != sizeof share) return 1;
        for (const Runner& runner : runners) {
            int made = 0;
            if (::read(runner.done.get(), &made, sizeof made) != sizeof made) return 1;
        }
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
        std::cout << took.count() << std::endl;
    }
    return 0;
}
