// What a worker can still do once it is in here: compute, and read and write the descriptors that it was given.
// No file, no network, no program, no other process, no capability. Prepared and probed once, in the server; entered by
// each worker before it sees the first byte of an image.
#pragma once

#include <array>
#include <string_view>

#include "base/result.h"
#include "sandbox/seccomp_filter.h"

namespace thumbnailer {

// require: the program does not start without every layer; best_effort: what this host offers, and it says what is
// missing; audit: as best_effort, but forbidden calls only go to the kernel's log; off: nothing of all this.
enum class SandboxMode : std::uint8_t { require, best_effort, audit, off };
inline constexpr std::array<std::string_view, 4> kSandboxModes{"require", "best_effort", "audit", "off"};

// What is enforced on this host, and whether attempts to break out were stopped.
struct SandboxStatus {
    SandboxMode mode = SandboxMode::off;
    bool seccomp = false;
    int landlock = 0;    // its version; 0: not enforced
    bool server = false; // the server itself can run no program, open no connection and reach into no other process
    bool open_denied = false;
    bool socket_denied = false;
    bool exec_denied = false;
    bool memory = false; // what a worker takes can be seen; without it no worker runs

    bool complete() const {
        return seccomp && landlock > 0 && server && open_denied && socket_denied && exec_denied && memory;
    }
};

// What a worker sends instead of a JobResult when it made a forbidden call.
struct Violation {
    int call = 0;
};

class Sandbox {
public:
    // Tries everything in a child of its own, then confines the server. Fails with internal when `mode` requires
    // what this host does not offer, and in any mode but off when the memory of workers cannot be watched. The address
    // space of a worker is bounded by several times `max_memory`; 0: it is not.
    static Result<Sandbox> prepare(SandboxMode mode, std::int64_t max_memory = 0);

    const SandboxStatus& status() const { return status_; }

    // In the server, once the fork server is there, which maps the code of steps: from now on the server can make no
    // executable memory at all. Fails as `prepare` does when the filter cannot be had.
    Result<Done> forbid_code() const;

    // In a new worker, with its descriptors in place and one thread. Ends the process when a layer that was there
    // when it was tried is not there now.
    void enter() const;

private:
    void probe();

    bool confine_server() const;

    SandboxStatus status_;
    Filter filter_;
    std::uint64_t address_space_ = 0; // bytes; 0: unlimited
};

} // namespace thumbnailer
