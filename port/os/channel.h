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

// Where every process of the program has the files of fonts, as many as there are: behind what is open before them, and
// so low that 64 descriptors are enough.
inline constexpr int kFirstFont = 16;
inline constexpr int kMaxFonts = 32;
// The source, the result and 64 overlays; or the result and 64 files.
inline constexpr std::size_t kMaxDescriptorsInMessage = 66;

// Both ends of a new channel; empty descriptors when the system has none left.
std::pair<Descriptor, Descriptor> open_channel();

// Whether to wait for the other end. The server never does.
enum class Wait { no, yes };

// False when the other end is gone, when it is full and must not be waited for, or when there are too many descriptors.
bool send_message(int channel, Bytes message, std::span<const int> descriptors, Wait wait);

// The bytes received, 0 when the other end is gone or sent nothing usable.
std::size_t receive_message(int channel, std::span<std::byte> into, std::vector<Descriptor>& descriptors);

// Likewise, without waiting and from somebody who has no descriptors to give: a message with some is not usable.
std::size_t receive_bytes(int channel, std::span<std::byte> into);

} // namespace thumbnailer
