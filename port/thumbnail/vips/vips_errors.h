// Turns the exceptions of libvips into a Failure.
#pragma once

#include <new>
#include <string>
#include <vector>
#include <vips/vips8>

#include "base/result.h"

namespace thumbnailer {

// What stands in libvips' buffer, each line once, without those of a loader that looks for the end of a file. Clears
// the buffer, which would otherwise be part of the next message. After a success these are the warnings of decoders.
std::vector<std::string> take_vips_lines();

// The same on one line.
std::string take_vips_message();

// A Failure on its way through what may throw vips::VError, to be found again unchanged.
class FailureThrown : public vips::VError {
public:
    explicit FailureThrown(Failure failure) : failure_(std::move(failure)) {}
    const Failure& failure() const { return failure_; }

private:
    Failure failure_;
};

template <typename T>
T value_or_throw(Result<T> result) {
    if (!result) throw FailureThrown(std::move(result).error());
    return std::move(*result);
}

template <typename Work>
auto catch_vips_errors(Reason reason, const std::string& what, Work work) -> Result<decltype(work())> {
    vips_error_clear(); // a successful call may also have written a message
    try {
        return work();
    } catch (const FailureThrown& thrown) {
        return thrown.failure();
    } catch (const vips::VError&) {
        return Failure{reason, what + ": " + take_vips_message()};
    } catch (const std::bad_alloc&) {
        return Failure{Reason::out_of_memory, what + ": there is no memory left"};
    }
}

// For what libvips calls back: no exception may pass through its C code. 0 where `work` yields true, or else -1, as
// libvips has it.
template <typename Work>
int called_back(const char* domain, Work work) noexcept {
    try {
        return work() ? 0 : -1;
    } catch (const std::bad_alloc&) {
        vips_error(domain, "there is no memory left");
        return -1;
    }
}

} // namespace thumbnailer
