// Messages on the channel that no honest worker sends.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <ctime>
#include <vector>

#include "hostile.h"
#include "os/channel.h"
#include "sandbox/sandbox.h"

namespace thumbnailer::hostile {

namespace {

[[noreturn]] void wait_for_the_end() {
    const timespec second{1, 0};
    for (;;) ::nanosleep(&second, nullptr);
}

void send(Bytes message) { send_message(kChannelInWorker, message, {}, Wait::yes); }

Bytes bytes_of_result(const Attack& attack) { return std::as_bytes(std::span(&attack.result, 1)); }

// The answer, with something beside it.
void send_with(const Attack& attack, int kind, Bytes beside) {
    std::vector<std::byte> control(CMSG_SPACE(beside.size()));
    const Bytes bytes = bytes_of_result(attack);
    iovec vector{const_cast<std::byte*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = kind;
    part->cmsg_len = CMSG_LEN(beside.size());
    std::memcpy(CMSG_DATA(part), beside.data(), beside.size());
    ::sendmsg(kChannelInWorker, &message, MSG_NOSIGNAL);
}

template <std::size_t count>
void send_descriptors(Attack& attack) {
    std::array<int, count> descriptors{};
    descriptors.fill(attack.source());
    send_with(attack, SCM_RIGHTS, std::as_bytes(std::span(descriptors)));
    wait_for_the_end();
}

void send_pieces(Attack&) {
    constexpr std::size_t kPieces = 1000;
    std::array<char, 150> piece{};
    std::array<iovec, kPieces> vector{};
    vector.fill({piece.data(), piece.size()});
    msghdr message{};
    message.msg_iov = vector.data();
    message.msg_iovlen = vector.size();
    ::sendmsg(kChannelInWorker, &message, MSG_NOSIGNAL);
    wait_for_the_end();
}

void claim_violation(int call) {
    const Violation violation{call};
    send(std::as_bytes(std::span(&violation, 1)));
}

// Of this user, whom it does not know: a process may say nothing else of itself.
void send_credentials(Attack& attack) {
    for (const unsigned user : {0U, 65534U}) {
        const ucred credentials{::getpid(), user, user};
        send_with(attack, SCM_CREDENTIALS, std::as_bytes(std::span(&credentials, 1)));
    }
    wait_for_the_end();
}

constexpr Lie kLies[] = {
    {"sends_a_descriptor", send_descriptors<1>},
    {"sends_descriptors", send_descriptors<3>},
    {"sends_most_descriptors", send_descriptors<253>},
    {"sends_credentials", send_credentials},
    {"sends_one_byte",
     [](Attack&) {
         const std::byte byte{};
         send({&byte, 1});
         wait_for_the_end();
     }},
    {"sends_nothing",
     [](Attack&) {
         send({});
         wait_for_the_end();
     }},
    {"sends_half_a_result",
     [](Attack& a) {
         send(bytes_of_result(a).first(sizeof(JobResult) / 2));
         wait_for_the_end();
     }},
    {"sends_a_result_in_halves",
     [](Attack& a) {
         send(bytes_of_result(a).first(sizeof(JobResult) / 2));
         send(bytes_of_result(a).subspan(sizeof(JobResult) / 2));
         wait_for_the_end();
     }},
    {"sends_a_thousand_pieces", send_pieces},
    {"claims_a_violation",
     [](Attack&) {
         claim_violation(-1);
         wait_for_the_end();
     }},
    {"claims_a_violation_and_answers", [](Attack&) { claim_violation(1 << 30); }},
    {"answers_and_claims_a_violation",
     [](Attack& a) {
         a.answer();
         const timespec pause{0, 100'000'000};
         ::nanosleep(&pause, nullptr);
         claim_violation(0);
         wait_for_the_end();
     }},
};

} // namespace

std::span<const Lie> lies_in_messages() { return kLies; }

} // namespace thumbnailer::hostile
