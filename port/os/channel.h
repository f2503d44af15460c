// The socket between the server and one worker: whole messages with descriptors attached, never a part of one.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "os/descriptor.h"

namespace thumbnailer {

// Where a worker has its end, so that its system calls can be told apart by descriptor.
inline constexpr int kChannelInWorker = 3;

// Both ends of a new channel; empty descriptors when the system has none left.
std::pair<Descriptor, Descriptor> open_channel();

// False when the other end is gone.
bool send_message(int channel, Bytes message, std::span<const int> descriptors);

// Waits for a message. The bytes received, 0 when the other end is gone or sent nothing usable.
std::size_t receive_message(int channel, std::span<std::byte> into, std::vector<Descriptor>& descriptors);

} // namespace thumbnailer
