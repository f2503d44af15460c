// A process that the fork server made for us: a worker or a file writer. Spoken to over a channel, never waited for,
// killed when its owner goes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "os/poll_set.h"
#include "os/process_usage.h"
#include "pool/exit_status.h"
#include "pool/fork_server.h"

namespace thumbnailer {

using Clock = std::chrono::steady_clock;

class ChildProcess {
public:
    // Fails when it cannot be forked, or could not be watched.
    // `step_progress`: see ForkServer::fork.
    static Result<ChildProcess> start(ForkServer& fork_server, Role role, const Descriptor& step_progress = {});

    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&&) = delete;
    ~ChildProcess();

    // False when it does not take the message at once, which an honest one does.
    bool send(Bytes message, std::span<const int> descriptors);
    // The bytes of one message, 0 for anything else: the end of the channel, a message with descriptors, an empty one.
    std::size_t receive(std::span<std::byte> into);

    // Whether there is something to be received, the end of the channel included.
    bool has_message() const;

    // It is to end by itself: it sees that the channel is closed.
    void close_channel();
    void kill();
    // How it ended, once it has.
    std::optional<ExitStatus> reap();

    std::optional<ProcessUsage> usage() const { return read_process_usage(status_); }
    // Of the processor, in all; zero when unknown.
    std::chrono::nanoseconds processor_time() const;
    // No more processor time than this; false when it cannot be.
    bool limit_processor_time(std::chrono::seconds soft, std::chrono::seconds hard) const;

    // Reads some of what it wrote to stderr, and not again for a while: whoever floods it, floods only its own pipe.
    void read_diagnostics(Clock::time_point now);
    // Its last lines, fit to be shown. What came before this call is forgotten by forget_diagnostics().
    std::string last_diagnostics();
    void forget_diagnostics();
    // How many bytes it wrote there in all, as far as they were read.
    std::uint64_t diagnostics_bytes() const { return diagnostics_bytes_; }

    // Descriptor to watch for POLLIN, -1 while there is nothing to be watched.
    int channel_fd() const { return channel_.get(); }
    int process_fd() const { return process_.get(); }
    int stderr_fd(Clock::time_point now) const { return now >= next_read_ ? stderr_.get() : -1; }
    // When stderr is watched again; max() when it is now, or was closed.
    Clock::time_point next_read(Clock::time_point now) const;

    pid_t pid() const { return pid_; }
    // Told to end or killed, since when, and whether it is gone.
    bool terminating() const { return terminating_; }
    Clock::time_point terminating_since() const { return terminating_since_; }
    bool killed() const { return killed_; }
    bool reaped() const { return pid_ < 0 || reaped_; }

private:
    ChildProcess() = default;
    void begin_termination();
    bool read_some();

    pid_t pid_ = -1;
    clockid_t clock_{};  // of its processor time
    Descriptor process_; // readable once it has ended
    Descriptor channel_;
    Descriptor stderr_;
    Descriptor status_; // of /proc
    std::string diagnostics_;
    std::uint64_t diagnostics_bytes_ = 0;
    Clock::time_point next_read_{};
    bool terminating_ = false;
    bool killed_ = false;
    bool reaped_ = false;
    Clock::time_point terminating_since_;
};

} // namespace thumbnailer
