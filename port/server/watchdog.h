// A dead man's switch: kills this process when it has not come round its loop for too long. The server never blocks,
// so that only a stop (SIGSTOP, a freezer) or a fault of its own can keep it. A server that is stopped reads nothing,
// and a BEAM with something left to write to it does not get past System.halt/1; no process can be asked to mind that,
// but a timer of the kernel rings, and SIGKILL ends, whatever the process is doing.
#pragma once

#include <chrono>
#include <ctime>
#include <optional>

namespace thumbnailer {

class Watchdog {
public:
    // How often a server that waits shows that it is alive, and what it may be late.
    static constexpr std::chrono::milliseconds kHeartbeat{1000};
    static constexpr std::chrono::seconds kLongestWait{5};
    // Files are opened and renamed here, and a disk may be slow.
    static constexpr std::chrono::seconds kLongestWork{10};

    // Watches over nothing unless it is wanted, or where the kernel has no timer to give.
    explicit Watchdog(bool wanted);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    bool on() const { return timer_.has_value(); }
    void waiting() const { arm(kLongestWait); }
    void working() const { arm(kLongestWork); }

private:
    void arm(std::chrono::seconds time) const;

    std::optional<timer_t> timer_;
};

} // namespace thumbnailer
