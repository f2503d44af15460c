// Takes the place of port/worker/worker_main.cpp.
#include "worker/worker_main.h"

#include <unistd.h>

#include <algorithm>

#include "hostile.h"
#include "os/channel.h"
#include "os/shared_memory.h"
#include "os/write_all.h"
#include "thumbnail/make_thumbnails.h"
#include "thumbnail/steps/user_steps.h"
#include "thumbnail/ycbcr/ycbcr_pipeline.h"

namespace thumbnailer {

namespace hostile {

void succeeded() { ::_exit(66); }

void Attack::append(std::string_view text) const { write_all(memory(), bytes_of(text), size_of_memory(memory()).size); }

void Attack::answer() const { send_message(kChannelInWorker, std::as_bytes(std::span(&result, 1)), {}, Wait::yes); }

namespace {

// As the honest worker does.
JobResult honest(const Job& job, Bytes image, int memory, YcbcrPipeline& pipeline, UserSteps& steps) {
    std::uint64_t filled = 0;
    const auto store = [&](std::size_t, const EncodedOutput& made, OutputResult& output) -> Result<Done> {
        output.placeholder_offset = filled;
        output.placeholder_size = made.placeholder.size();
        output.offset = filled + made.placeholder.size();
        write_all(memory, bytes_of(made.placeholder), filled);
        write_all(memory, made.encoded, output.offset);
        filled = output.offset + made.encoded.size();
        return Done{};
    };
    JobResult result = make_thumbnails(job, {image}, store, pipeline, &steps);
    result.sequence = job.sequence;
    return result;
}

const Lie* lie_named(std::string_view name) {
    for (const auto lies : {lies_in_results(), lies_in_calls(), lies_in_messages(), lies_in_time(), lies_in_steps()}) {
        const auto lie = std::ranges::find(lies, name, &Lie::name);
        if (lie != lies.end()) return &*lie;
    }
    return nullptr;
}

void describe(const Job& job, int memory, UserSteps& steps) {
    JobResult result;
    const auto text = steps.describe(job);
    if (!text || !write_all(memory, bytes_of(*text), 0)) ::_exit(97);
    result.sequence = job.sequence;
    send_message(kChannelInWorker, std::as_bytes(std::span(&result, 1)), {}, Wait::yes);
}

void work(const Job& job, std::vector<Descriptor>& descriptors, YcbcrPipeline& pipeline, UserSteps& steps,
          const WorkerContext& context) {
    constexpr std::string_view kMark = "hostile:";
    const Mapping source = Mapping::of(descriptors[0].get(), job.source_offset + job.source_size);
    std::string_view image = text_of(source.bytes().subspan(job.source_offset));
    std::string line;
    if (image.starts_with(kMark)) {
        line = image.substr(0, image.find('\n'));
        image.remove_prefix(std::min(image.size(), line.size() + 1));
    }
    JobResult result = honest(job, bytes_of(image), descriptors[1].get(), pipeline, steps);
    Attack attack{job, result, descriptors, {}, context.steps, context.step_progress};
    if (!line.empty()) {
        const std::string_view words = std::string_view(line).substr(kMark.size());
        const Lie* lie = lie_named(words.substr(0, words.find(' ')));
        if (lie == nullptr) ::_exit(99);
        attack.argument = words.substr(std::min(words.size(), lie->name.size() + 1));
        lie->tell(attack);
    }
    attack.answer();
}

} // namespace

} // namespace hostile

void worker_main(WorkerContext context) {
    Job job;
    YcbcrPipeline pipeline;
    UserSteps steps(context.steps, context.step_progress);
    for (;;) {
        std::vector<Descriptor> descriptors;
        if (receive_message(context.channel.get(), std::as_writable_bytes(std::span(&job, 1)), descriptors) !=
            sizeof job)
            ::_exit(0);
        if (job.describe_step != 0)
            hostile::describe(job, descriptors[0].get(), steps);
        else
            hostile::work(job, descriptors, pipeline, steps, context);
    }
}

} // namespace thumbnailer
