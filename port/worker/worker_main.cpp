#include "worker/worker_main.h"

#include <malloc.h>
#include <poll.h>

#include <cerrno>
#include <cstring>

#include "os/channel.h"
#include "os/shared_memory.h"
#include "os/write_all.h"
#include "thumbnail/make_thumbnails.h"
#include "thumbnail/steps/user_steps.h"
#include "thumbnail/ycbcr/ycbcr_pipeline.h"
#include "worker/source_buffer.h"

#ifdef THUMBNAILER_FAULTS
#include "faults.h"
#endif

namespace thumbnailer {

namespace {

// Puts the outputs into the memory for results, one behind the other.
class OutputWriter {
public:
    explicit OutputWriter(int memory) : memory_(memory) {}

    Result<Done> operator()(const EncodedOutput& finished, OutputResult& output_result) {
#ifdef THUMBNAILER_FAULTS
        if (write_all(memory_, finished.encoded.first(finished.encoded.size() / 2), filled_)) commit_fault_of_write();
#endif
        auto placed = append(bytes_of(finished.placeholder), output_result.placeholder_offset);
        if (!placed) return placed;
        output_result.placeholder_size = finished.placeholder.size();
        return append(finished.encoded, output_result.offset);
    }

    // Why there is a gap, which no result may have.
    const std::optional<Failure>& failure() const { return failure_; }

private:
    Result<Done> append(Bytes bytes, std::uint64_t& offset) {
        offset = filled_;
        filled_ += bytes.size();
        if (write_all(memory_, bytes, offset)) return Done{};
        failure_ = Failure{Reason::write_failed, std::string("memory for the thumbnails: ") + std::strerror(errno)};
        return *failure_;
    }

    int memory_;
    std::uint64_t filled_ = 0;
    std::optional<Failure> failure_;
};

JobResult failed(const Failure& failure) {
    JobResult job_result;
    job_result.failed = 1;
    job_result.failure = to_wire(failure);
    return job_result;
}

JobResult unmapped(const char* what) {
    return failed({Reason::internal, std::string("mapping ") + what + ": " + std::strerror(errno)});
}

// What a worker keeps from one image to the next, as long as images come.
struct KeptMemory {
    SourceBuffer source;
    YcbcrPipeline ycbcr_pipeline;

    void release() {
        source.release();
        ::malloc_trim(0);
    }
};

// Milliseconds without an image after which a worker gives its memory back.
constexpr int kIdle = 5000;

bool arrives_within(int channel, int milliseconds) {
    pollfd waiting{.fd = channel, .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, milliseconds) != 0;
}

JobResult describe(const Job& job, const std::vector<Descriptor>& descriptors, UserSteps& user_steps) {
    const auto text = user_steps.describe(job);
    if (!text) return failed(text.error());
    if (write_all(descriptors[0].get(), bytes_of(*text), 0)) return {};
    return failed({Reason::write_failed, std::string("memory for a description: ") + std::strerror(errno)});
}

JobResult answer(const Job& job, const std::vector<Descriptor>& descriptors, KeptMemory& memory,
                 UserSteps& user_steps) {
    if (job.describe_step != 0) return describe(job, descriptors, user_steps);
    const auto source = memory.source.take(descriptors[0].get(), job.source_offset + job.source_size);
    if (!source) return failed(source.error());
    std::vector<Mapping> mapped;
    std::vector<Bytes> overlays;
    for (std::size_t index = 0; index < job.overlay_count; ++index) {
        const Descriptor& descriptor = descriptors[descriptors.size() - job.overlay_count + index];
        mapped.push_back(Mapping::of(descriptor.get(), job.overlay_sizes[index]));
        overlays.push_back(mapped.back().bytes());
        if (overlays.back().size() != job.overlay_sizes[index]) return unmapped("an overlay");
    }
    Bytes image = source->subspan(job.source_offset);
#ifdef THUMBNAILER_FAULTS
    image = plan_fault(image);
#endif
    OutputWriter writer(descriptors[1].get());
    const auto store = [&](std::size_t, const EncodedOutput& output, OutputResult& result) {
        return writer(output, result);
    };
    const JobResult result = make_thumbnails(job, {image, overlays}, store, memory.ycbcr_pipeline, &user_steps);
    memory.source.drop_large();
    return writer.failure() ? failed(*writer.failure()) : result;
}

} // namespace

void worker_main(WorkerContext context) {
    Job job;
    KeptMemory memory;
    UserSteps user_steps(context.steps, context.step_progress);
    const Descriptor channel = std::move(context.channel);
    for (;;) {
        std::vector<Descriptor> descriptors;
        if (!memory.source.empty() && !arrives_within(channel.get(), kIdle)) memory.release();
        const std::size_t received =
            receive_message(channel.get(), std::as_writable_bytes(std::span(&job, 1)), descriptors);
        const std::size_t expected = job.describe_step != 0 ? 1 : 2 + job.overlay_count;
        if (received != sizeof(Job) || descriptors.size() != expected) break;
        JobResult job_result = answer(job, descriptors, memory, user_steps);
        job_result.sequence = job.sequence;
        if (!send_message(channel.get(), std::as_bytes(std::span(&job_result, 1)), {}, Wait::yes)) break;
    }
    // Not exit(): the destructors and handlers are the server's.
    ::_exit(0);
}

} // namespace thumbnailer
