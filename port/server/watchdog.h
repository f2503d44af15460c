// Kills this process when it has not completed a turn of its loop for too long: it was stopped (SIGSTOP, a freezer), or
// it hangs. A stopped server reads nothing, and a BEAM that still has data to write to it does not get past
// System.halt/1. A kernel timer that sends SIGKILL works whatever state the process is in.
#pragma once

#include <chrono>
#include <ctime>
#include <optional>

namespace thumbnailer {

class Watchdog {
public:
    // How often a waiting server re-arms the timer, and how late it may be.
    static constexpr std::chrono::milliseconds kHeartbeat{1000};
    static constexpr std::chrono::seconds kLongestWait{5};
    // Files are opened and renamed here, and a disk may be slow.
    static constexpr std::chrono::seconds kLongestWork{10};

    // Does nothing unless it is wanted, or when the kernel has no timer left.
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
