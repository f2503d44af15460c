// What is waited for in one turn of a loop: each descriptor with what is to be done when something happens there.
#pragma once

#include <poll.h>

#include <functional>
#include <vector>

namespace thumbnailer {

class PollSet {
public:
    using Handler = std::function<void(short events)>;

    // A negative descriptor is never ready.
    void add(int fd, short events, Handler handler) {
        entries_.push_back({fd, events, 0});
        handlers_.push_back(std::move(handler));
    }
    // Milliseconds, -1: for ever. As poll(2).
    int wait(int timeout) { return ::poll(entries_.data(), entries_.size(), timeout); }
    // Calls the handlers of those that are ready, in the order in which they were added.
    void handle() const {
        for (std::size_t index = 0; index < entries_.size(); ++index)
            if (entries_[index].revents != 0) handlers_[index](entries_[index].revents);
    }

private:
    std::vector<pollfd> entries_;
    std::vector<Handler> handlers_;
};

} // namespace thumbnailer
