// How a process ended.
#pragma once

#include <string_view>

namespace thumbnailer {

struct ExitStatus {
    std::string_view signal; // such as segv; empty when it exited
    int exit_status = 0;
};

// As on the wire; "other" for those that have no name there.
std::string_view signal_name(int number);

// Back to what they do in a program that was just started.
void reset_signals();

} // namespace thumbnailer
