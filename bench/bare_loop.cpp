// The lower bound: a worker's job in a bare loop in this process, without frames, server or Elixir. A peer of
// script/bench; measure/peer.ex describes its commands and replies.
//
//    bare_loop PROCESSES REQUEST FILE...
//
// REQUEST is a term of the protocol, {make, ...}; its outputs are made for each file.

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "os/descriptor.h"
#include "request/request.h"
#include "text/reader/parse.h"
#include "thumbnail/make_thumbnails.h"
#include "thumbnail/vips/vips_runtime.h"
#include "thumbnail/ycbcr/ycbcr_pipeline.h"

namespace {

using namespace thumbnailer;

struct Work {
    Job job;
    std::vector<std::string> sources;
};

// The progress of all processes with a command, in shared memory.
struct Progress {
    std::atomic<int> next;
    std::atomic<int> count;
    std::atomic<bool> failed;
};

struct Runner {
    Descriptor begin;
    Descriptor done;
};

bool make(const Work& work, std::size_t index, const Store& store, YcbcrPipeline& ycbcr_pipeline) {
    const std::string& source = work.sources[index % work.sources.size()];
    Job job = work.job;
    job.source_size = source.size();
    const JobResult job_result = make_thumbnails(job, {bytes_of(source)}, store, ycbcr_pipeline);
    if (job_result.failed != 0) return false;
    for (std::size_t place = 0; place < job_result.count; ++place)
        if (job_result.outputs[place].made == 0) return false;
    return true;
}

[[noreturn]] void run(const Work& work, Progress& progress, int begin, int done) {
    const Store drop = [](std::size_t, const EncodedOutput&, OutputResult&) { return Done{}; };
    YcbcrPipeline ycbcr_pipeline;
    for (char order = 0; ::read(begin, &order, 1) == 1;) {
        for (int index = progress.next++; index < progress.count; index = progress.next++)
            if (!make(work, static_cast<std::size_t>(index), drop, ycbcr_pipeline)) progress.failed = true;
        if (::write(done, &order, 1) != 1) break;
    }
    ::_exit(0);
}

Runner start(const Work& work, Progress& progress) {
    int begin[2];
    int done[2];
    if (::pipe(begin) != 0 || ::pipe(done) != 0) std::exit(70);
    if (::fork() == 0) {
        ::close(begin[1]);
        run(work, progress, begin[0], done[1]);
    }
    ::close(begin[0]);
    ::close(done[1]);
    return {Descriptor(begin[1]), Descriptor(done[0])};
}

bool make_all(const std::vector<Runner>& runners, Progress& progress, int count) {
    progress.next = 0;
    progress.count = count;
    char order = 'm';
    for (const Runner& runner : runners)
        if (::write(runner.begin.get(), &order, 1) != 1) return false;
    for (const Runner& runner : runners)
        if (::read(runner.done.get(), &order, 1) != 1) return false;
    return !progress.failed;
}

bool save_all(const Work& work, const std::string& folder) {
    YcbcrPipeline ycbcr_pipeline;
    for (std::size_t index = 0; index < work.sources.size(); ++index) {
        const Store save = [&](std::size_t place, const EncodedOutput& made, OutputResult&) -> Result<Done> {
            std::ofstream file(folder + "/" + std::to_string(index) + "-" + std::to_string(place), std::ios::binary);
            file << text_of(made.encoded);
            if (!file.flush()) return Failure{Reason::write_failed, "the thumbnail was not written to " + folder};
            return Done{};
        };
        if (!make(work, index, save, ycbcr_pipeline)) return false;
    }
    return true;
}

std::string content_of(const char* path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

Work read_work(int argc, char** argv) {
    const auto terms = text::parse(argv[2]);
    const auto request = terms ? read_request(terms->terms().front()) : Result<Request>(terms.error());
    if (!request) {
        std::cout << "skip " << request.error().message << std::endl;
        std::exit(64);
    }
    Work work;
    for (const OutputRequest& output : request->options.outputs) work.job.outputs[work.job.count++] = output.output;
    for (int index = 3; index < argc; ++index) work.sources.push_back(content_of(argv[index]));
    return work;
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) return 64;
    const Work work = read_work(argc, argv);
    if (!VipsRuntime::start(argv[0], usual_formats())) return 70;
    void* shared = ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) return 70;
    Progress& progress = *new (shared) Progress{};
    std::vector<Runner> runners(static_cast<std::size_t>(std::atoi(argv[1])));
    for (Runner& runner : runners) runner = start(work, progress);

    std::cout << "ready libvips " << VipsRuntime::version() << std::endl;
    std::string order;
    for (std::string operand; std::cin >> order && std::getline(std::cin >> std::ws, operand);) {
        const auto begin = std::chrono::steady_clock::now();
        const bool done =
            order == "make" ? make_all(runners, progress, std::atoi(operand.c_str())) : save_all(work, operand);
        if (!done) return 1;
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
        std::cout << took.count() << std::endl;
    }
    return 0;
}
