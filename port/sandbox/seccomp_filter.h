// Which system calls a worker may make, as a seccomp filter. An allow-list: what is not named here ends the
// worker, and its caller is told the name of the call.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <string>
#include <vector>

namespace thumbnailer {

using Filter = std::vector<sock_filter>;

// `audit`: what would end the worker is only written to the kernel's log. Empty when libseccomp cannot make it.
Filter worker_filter(bool audit);

// What the server will never need, refused with EPERM: it runs no program, opens no connection, makes no namespace
// and reaches into no other process.
Filter server_filter();

// For the server once the fork server has its own: no executable memory, not even that of a step.
Filter no_code_filter();

// For the calling thread. Needs no_new_privs.
bool install(const Filter& filter);

// What needs the worker's own process id or the lower half of an argument: it sends signals to itself alone, as abort()
// does.
bool install_process_rules();

// Such as "openat".
std::string syscall_name(int number);

} // namespace thumbnailer
