// A seccomp filter put together with libseccomp. Used by the filters of this folder and that of the tools.
#pragma once

#include <seccomp.h>
#include <sys/mman.h>

#include <initializer_list>
#include <memory>

#include "os/descriptor.h"
#include "sandbox/seccomp_filter.h"

namespace thumbnailer {

class FilterBuilder {
public:
    explicit FilterBuilder(std::uint32_t otherwise)
        : context_(seccomp_init(otherwise), &seccomp_release), complete_(context_ != nullptr) {}

    void set(scmp_filter_attr attribute, std::uint32_t value) {
        complete_ = complete_ && seccomp_attr_set(context_.get(), attribute, value) == 0;
    }
    // Names that this architecture does not have are negative, and answered as what has no rule.
    void add(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> arguments = {}) {
        if (!complete_ || call < 0) return;
        complete_ = seccomp_rule_add_array(context_.get(), action, call, static_cast<unsigned>(arguments.size()),
                                           arguments.begin()) == 0;
    }

    // The filter as the kernel takes it; empty when any part of it could not be had.
    Filter build() const {
        Descriptor file(complete_ ? ::memfd_create("thumbnailer-filter", MFD_CLOEXEC) : -1);
        if (!file || seccomp_export_bpf(context_.get(), file.get()) != 0) return {};
        const auto size = static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END));
        Filter filter(size / sizeof(sock_filter));
        if (::pread(file.get(), filter.data(), size, 0) != static_cast<ssize_t>(size)) return {};
        return filter;
    }

private:
    std::unique_ptr<void, decltype(&seccomp_release)> context_;
    bool complete_;
};

} // namespace thumbnailer
