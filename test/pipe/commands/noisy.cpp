// A library with bad manners, for LD_PRELOAD: it prints to fd 1 whenever the program waits or forks, by stdio and by
// write(2), as image libraries do in their warnings.
#include <dlfcn.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cstdio>

namespace {

void print() {
    constexpr char kNoise[] = "noise from a library\n";
    std::fputs(kNoise, stdout);
    std::fflush(stdout);
    [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, kNoise, sizeof kNoise - 1);
}

template <typename Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

} // namespace

extern "C" {

pid_t fork() {
    const pid_t child = real<pid_t()>("fork")();
    print();
    return child;
}

int poll(pollfd* descriptors, nfds_t count, int timeout) {
    print();
    return real<int(pollfd*, nfds_t, int)>("poll")(descriptors, count, timeout);
}

int ppoll(pollfd* descriptors, nfds_t count, const timespec* timeout, const sigset_t* mask) {
    print();
    return real<int(pollfd*, nfds_t, const timespec*, const sigset_t*)>("ppoll")(descriptors, count, timeout, mask);
}

int epoll_wait(int epoll, epoll_event* events, int count, int timeout) {
    print();
    return real<int(int, epoll_event*, int, int)>("epoll_wait")(epoll, events, count, timeout);
}
}
