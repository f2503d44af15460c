#include "pool/worker.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "os/priority.h"

namespace thumbnailer {

namespace {

using std::chrono::seconds;

// Processor time of a worker beyond its first job. A hard limit cannot be raised, so that it holds for all jobs.
constexpr seconds kProcessorTimeOfLife{600};
// Processor time that its threads may use after a result, to free memory and to end.
constexpr std::chrono::milliseconds kTidyingUp{250};
// A task that has used so much of a processor may be one that never ends. Another worker takes over afterwards, which
// takes about 10 ms.
constexpr std::chrono::milliseconds kLongTask{500};
// A third of the processor that it would have beside others: enough for an image that really is that large.
constexpr int kSlowerBy = 5;
// Bytes of stderr that may still be in the pipe: it holds as many, and one read more.
constexpr std::uint64_t kLastWords = std::uint64_t{128} * 1024;

} // namespace

Worker::Worker(ChildProcess process, StepProgress step_progress, std::uint32_t newest_step)
    : process_(std::move(process)), step_progress_(std::move(step_progress)), newest_step_(newest_step),
      idle_since_(Clock::now()), used_when_idle_(process_.processor_time()) {}

Result<std::unique_ptr<Worker>> Worker::start(ForkServer& fork_server, std::uint32_t newest_step) {
    // Workers that have no step need no memory to say that they run one.
    const Descriptor memory = newest_step == 0 ? Descriptor() : StepProgress::create_memory();
    auto process = ChildProcess::start(fork_server, Role::worker, memory);
    if (!process) return process.error();
    return std::unique_ptr<Worker>(new Worker(std::move(*process), StepProgress::map(memory), newest_step));
}

std::optional<StepProgress::Running> Worker::running_step() const {
    const auto running = step_progress_.running();
    if (!task_ || !running || running->use >= task_->steps.size()) return std::nullopt;
    return running;
}

// A second limit, which holds while the server itself is stopped: more processor time than the job can use before its
// deadline. A worker can ignore SIGXCPU of the soft limit; the hard limit kills.
bool Worker::limit_processor_time(const Task& task, bool last) {
    const auto used = std::chrono::ceil<seconds>(process_.processor_time());
    const auto left = std::chrono::ceil<seconds>(std::max(task.deadline - Clock::now(), Clock::duration::zero()));
    const seconds most = used + 2 * left + seconds(2);
    if (hard_limit_ != seconds(0) && most > hard_limit_) return false;
    const seconds hard = last ? most : hard_limit_ != seconds(0) ? hard_limit_ : most + kProcessorTimeOfLife;
    if (!process_.limit_processor_time(most, hard)) return false;
    hard_limit_ = hard;
    return true;
}

bool Worker::assign(std::unique_ptr<Task>& task, bool last) {
    // What it said without being asked would be taken for an answer to this task.
    if (process_.has_message()) return false;
    if (!limit_processor_time(*task, last)) return false;
    process_.forget_diagnostics(); // of the job before
    if (!process_.send(std::as_bytes(std::span(&task->job, 1)), task->descriptors())) return false;
    task_ = std::move(task);
    used_when_assigned_ = process_.processor_time();
    ++jobs_assigned_;
    bytes_given_ += task_->shared_bytes();
    return true;
}

std::variant<JobResult, Violation, std::string_view> Worker::receive() {
    std::array<std::byte, sizeof(JobResult)> message;
    static_assert(sizeof(Violation) < sizeof(JobResult));
    const std::size_t received = process_.receive(message);
    if (!task_) return "a message without a job";
    if (received == sizeof(Violation)) {
        Violation violation;
        std::memcpy(&violation, message.data(), sizeof violation);
        return violation;
    }
    if (received == 0) return std::string_view();
    if (received != sizeof(JobResult)) return "a message of no known kind";
    JobResult result;
    std::memcpy(&result, message.data(), sizeof result);
    if (const auto fault = task_->take_result(result)) return *fault;
    return result;
}

std::unique_ptr<Task> Worker::release() {
    idle_since_ = Clock::now();
    used_when_idle_ = process_.processor_time();
    written_when_idle_ = process_.diagnostics_bytes();
    return std::move(task_);
}

void Worker::slow_down_long_task() {
    if (!task_ || slowed_down_ || process_.processor_time() - used_when_assigned_ < kLongTask) return;
    // Whatever comes of it: where only some threads could be slowed down, it is no worker for others either.
    static_cast<void>(lower_priority(process_.pid(), kSlowerBy));
    slowed_down_ = true;
}

std::optional<ProcessUsage> Worker::usage() const {
    auto usage = process_.usage();
    if (usage && task_) usage->memory += static_cast<std::int64_t>(size_of_memory(task_->result.get()).allocated);
    return usage;
}

bool Worker::is_busy_while_idle() const {
    return idle() && (process_.processor_time() - used_when_idle_ > kTidyingUp ||
                      process_.diagnostics_bytes() - written_when_idle_ > kLastWords);
}

} // namespace thumbnailer
