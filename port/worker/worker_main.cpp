#include "worker/worker_main.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>

#include "os/channel.h"
#include "os/shared_memory.h"
#include "thumbnail/make_thumbnails.h"
#include "thumbnail/steps/user_steps.h"
#include "thumbnail/ycbcr/ycbcr_pipeline.h"

#ifdef THUMBNAILER_FAULTS
#include "faults.h"
#endif

namespace thumbnailer {

namespace {

Result<Done> write_all(int fd, Bytes bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return Failure{Reason::write_failed, std::string("writing: ") + std::strerror(errno)};
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return Done{};
}

// Writes each output: to its own file, or after the others in the shared memory for results.
class OutputWriter {
public:
    OutputWriter(const Job& job, const std::vector<Descriptor>& descriptors) : job_(job), descriptors_(descriptors) {}

    Result<Done> operator()(std::size_t index, const EncodedOutput& finished, OutputResult& output_result) {
#ifdef THUMBNAILER_FAULTS
        const bool in_file = job_.to_file[index] != 0;
        if (write_all(in_file ? file_of(index) : descriptors_[1].get(),
                      finished.encoded.first(finished.encoded.size() / 2), in_file ? 0 : filled_))
            commit_fault_of_write();
#endif
        auto placed = append(bytes_of(finished.placeholder), output_result.placeholder_offset);
        if (!placed) return placed;
        output_result.placeholder_size = finished.placeholder.size();
        return job_.to_file[index] ? to_file(file_of(index), finished.encoded)
                                   : append(finished.encoded, output_result.offset);
    }

private:
    Result<Done> append(Bytes bytes, std::uint64_t& offset) {
        offset = filled_;
        filled_ += bytes.size();
        return write_all(descriptors_[1].get(), bytes, offset);
    }

    static Result<Done> to_file(int fd, Bytes encoded) {
        auto written = write_all(fd, encoded, 0);
        if (written && ::fsync(fd) != 0)
            return Failure{Reason::write_failed, std::string("fsync: ") + std::strerror(errno)};
        return written;
    }

    int file_of(std::size_t index) const {
        std::size_t position = 2;
        for (std::size_t before = 0; before < index; ++before) position += job_.to_file[before] ? 1 : 0;
        return descriptors_[position].get();
    }

    const Job& job_;
    const std::vector<Descriptor>& descriptors_;
    std::uint64_t filled_ = 0;
};

JobResult unmapped(const char* what) {
    JobResult job_result{.failed = 1, .failure = {}, .header = {}, .outputs = {}};
    job_result.failure = to_wire({Reason::internal, std::string("mapping ") + what + ": " + std::strerror(errno)});
    return job_result;
}

JobResult describe(const Job& job, const std::vector<Descriptor>& descriptors, UserSteps& user_steps) {
    JobResult job_result;
    auto text = user_steps.describe(job);
    const auto written = text ? write_all(descriptors[0].get(), bytes_of(*text), 0) : Result<Done>(text.error());
    if (written) {
        job_result.description_bytes = static_cast<std::uint32_t>(text->size());
    } else {
        job_result.failed = 1;
        job_result.failure = to_wire(written.error());
    }
    return job_result;
}

JobResult answer(const Job& job, const std::vector<Descriptor>& descriptors, YcbcrPipeline& ycbcr_pipeline,
                 UserSteps& user_steps) {
    if (job.describe_step != 0) return describe(job, descriptors, user_steps);
    const std::size_t end = job.source_offset + job.source_size;
    const Mapping source = Mapping::of(descriptors[0].get(), end);
    if (source.size() != end) return unmapped("the source");
    std::vector<Mapping> mapped;
    std::vector<Bytes> overlays;
    for (std::size_t index = 0; index < job.overlay_count; ++index) {
        const Descriptor& descriptor = descriptors[descriptors.size() - job.overlay_count + index];
        mapped.push_back(Mapping::of(descriptor.get(), job.overlay_sizes[index]));
        overlays.push_back(mapped.back().bytes());
        if (overlays.back().size() != job.overlay_sizes[index]) return unmapped("an overlay");
    }
    Bytes image = source.bytes().subspan(job.source_offset);
#ifdef THUMBNAILER_FAULTS
    image = plan_fault(image);
#endif
    return make_thumbnails(job, {image, overlays}, OutputWriter(job, descriptors), ycbcr_pipeline, &user_steps);
}

} // namespace

void worker_main(WorkerContext context) {
    Job job;
    YcbcrPipeline ycbcr_pipeline;
    UserSteps user_steps(context.steps, context.step_progress);
    const Descriptor channel = std::move(context.channel);
    for (;;) {
        std::vector<Descriptor> descriptors;
        const std::size_t received =
            receive_message(channel.get(), std::as_writable_bytes(std::span(&job, 1)), descriptors);
        if (received != sizeof(Job)) break;
        const JobResult job_result = answer(job, descriptors, ycbcr_pipeline, user_steps);
        if (!send_message(channel.get(), std::as_bytes(std::span(&job_result, 1)), {})) break;
    }
    // Not exit(): the destructors and handlers belong to the server.
    ::_exit(0);
}

} // namespace thumbnailer
