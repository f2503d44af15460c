#include "os/channel.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace thumbnailer {

namespace {

using Control = std::array<char, CMSG_SPACE(kMaxDescriptorsInMessage * sizeof(int))>;

void take_descriptors(msghdr& message, std::vector<Descriptor>& descriptors) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t index = 0; index < count; ++index) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(part) + index * sizeof(int), sizeof(int));
            descriptors.emplace_back(fd);
        }
    }
}

} // namespace

std::pair<Descriptor, Descriptor> open_channel() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return {};
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

bool send_message(int channel, Bytes bytes, std::span<const int> descriptors, Wait wait) {
    if (descriptors.size() > kMaxDescriptorsInMessage) return false;
    iovec vector{const_cast<std::byte*>(bytes.data()), bytes.size()};
    alignas(cmsghdr) Control control{};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    if (!descriptors.empty()) {
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
        cmsghdr* part = CMSG_FIRSTHDR(&message);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(descriptors.size_bytes());
        std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size_bytes());
    }
    ssize_t sent = 0;
    do sent = ::sendmsg(channel, &message, MSG_NOSIGNAL | (wait == Wait::no ? MSG_DONTWAIT : 0));
    while (sent < 0 && errno == EINTR);
    return sent == static_cast<ssize_t>(bytes.size());
}

std::size_t receive_message(int channel, std::span<std::byte> into, std::vector<Descriptor>& descriptors) {
    iovec vector{into.data(), into.size()};
    alignas(cmsghdr) Control control{};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t received = 0;
    do received = ::recvmsg(channel, &message, MSG_CMSG_CLOEXEC);
    while (received < 0 && errno == EINTR);
    if (received <= 0) return 0;
    take_descriptors(message, descriptors);
    if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return 0;
    return static_cast<std::size_t>(received);
}

std::size_t receive_bytes(int channel, std::span<std::byte> into) {
    iovec vector{into.data(), into.size()};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    ssize_t received = 0;
    do received = ::recvmsg(channel, &message, MSG_DONTWAIT);
    while (received < 0 && errno == EINTR);
    // Descriptors for which there is no room are closed by the kernel, which says MSG_CTRUNC.
    if (received <= 0 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return 0;
    return static_cast<std::size_t>(received);
}

} // namespace thumbnailer
