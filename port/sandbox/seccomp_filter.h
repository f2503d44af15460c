// Which system calls a worker may make, as a seccomp filter. An allow-list: what is not named here ends the
// worker, and its caller is told the name of the call.
#pragma once

#include <linux/filter.h>

#include <string>
#include <vector>

namespace thumbnailer {

using Filter = std::vector<sock_filter>;

// `audit`: what would end the worker is only written to the kernel's log. Empty when libseccomp cannot make it.
Filter worker_filter(bool audit);

// What the server will never need, refused with EPERM: it runs no program and opens no connection.
Filter server_filter();

// For the calling thread. Needs no_new_privs.
bool install(const Filter& filter);

// The only process that a worker may send a signal to is itself, as abort() does.
bool install_signals_to_self_only();

// Such as "openat".
std::string syscall_name(int number);

} // namespace thumbnailer
