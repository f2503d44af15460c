// The floor: the same libvips calls as the port program's, in a bare loop in this process, with no frame, no
// worker, no Elixir. Prints milliseconds per image for each round.
//
//    bare_loop FILE WIDTH COUNT [PROCESSES]
//
// With PROCESSES > 1 that many processes share the COUNT images, as that many workers would.

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "thumbnail/session.h"
#include "thumbnail/thumbnail.h"

namespace {

using namespace thumbnailer;

bool make(const Job& job, Bytes source) {
    const Outcome outcome =
        make_thumbnails(job, source, [](std::size_t, Bytes, Product&) -> Result<Done> { return Done{}; });
    return outcome.failed == 0 && outcome.products[0].made != 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 64;
    std::ifstream file(argv[1], std::ios::binary);
    const std::string source{std::istreambuf_iterator<char>(file), {}};
    Job job;
    job.count = 1;
    job.outputs[0].width = job.outputs[0].height = std::atoi(argv[2]);
    job.source_size = source.size();
    const int count = std::atoi(argv[3]);
    const int processes = argc > 4 ? std::atoi(argv[4]) : 1;
    if (!VipsSession::start(argv[0])) return 70;
    const auto begin = std::chrono::steady_clock::now();
    for (int process = 0; process < processes; ++process) {
        if (::fork() != 0) continue;
        for (int index = process; index < count; index += processes)
            if (!make(job, bytes_of(source))) ::_exit(1);
        ::_exit(0);
    }
    int status = 0;
    for (int process = 0; process < processes; ++process) {
        ::wait(&status);
        if (status != 0) return 1;
    }
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    std::printf("%.3f\n", took.count() / count);
    return 0;
}
