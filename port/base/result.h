// Result<T>: a value or a Failure. Member names follow std::expected, which C++20 does not have yet, so that an alias
// can replace this file later.
#pragma once

#include <utility>
#include <variant>

#include "base/failure.h"

namespace thumbnailer {

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : either_(std::in_place_index<0>, std::move(value)) {}
    Result(Failure failure) : either_(std::in_place_index<1>, std::move(failure)) {}

    bool has_value() const { return either_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T& operator*() & { return std::get<0>(either_); }
    const T& operator*() const& { return std::get<0>(either_); }
    T&& operator*() && { return std::get<0>(std::move(either_)); }
    T* operator->() { return &std::get<0>(either_); }
    const T* operator->() const { return &std::get<0>(either_); }

    Failure& error() & { return std::get<1>(either_); }
    const Failure& error() const& { return std::get<1>(either_); }
    Failure&& error() && { return std::get<1>(std::move(either_)); }

private:
    std::variant<T, Failure> either_;
};

// The value of an operation without a value.
struct Done {};

} // namespace thumbnailer
