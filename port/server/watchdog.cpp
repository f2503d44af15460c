#include "server/watchdog.h"

#include <csignal>

namespace thumbnailer {

Watchdog::Watchdog(bool wanted) {
    if (!wanted) return;
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGKILL;
    timer_t timer{};
    if (::timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) timer_ = timer;
    working(); // from the first moment on: a stop may come before the first turn of the loop is done
}

Watchdog::~Watchdog() {
    if (timer_) ::timer_delete(*timer_);
}

void Watchdog::arm(std::chrono::seconds time) const {
    itimerspec setting{};
    setting.it_value.tv_sec = time.count();
    if (timer_) ::timer_settime(*timer_, 0, &setting, nullptr);
}

} // namespace thumbnailer
