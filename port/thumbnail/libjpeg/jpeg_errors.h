// Handles libjpeg's errors. Its error callback must not return, so it jumps (longjmp) back to succeeds(), over stack
// frames without destructors. A C++ exception must not cross the C code of the library.
#pragma once

#include <csetjmp>
#include <cstdio>

#include <jpeglib.h>

namespace thumbnailer {

class JpegErrors {
public:
    JpegErrors() {
        jpeg_std_error(&manager_.base);
        manager_.base.error_exit = [](j_common_ptr jpeg) { give_up(jpeg); };
        // A warning means a damaged image, so it is handled like an error.
        manager_.base.emit_message = [](j_common_ptr jpeg, int level) {
            if (level < 0) give_up(jpeg);
        };
    }
    JpegErrors(const JpegErrors&) = delete;
    JpegErrors& operator=(const JpegErrors&) = delete;

    jpeg_error_mgr* manager() { return &manager_.base; }

    // Runs `calls`; false after an error or a warning of libjpeg. `calls` must not own anything with a destructor.
    template <typename Calls>
    bool succeeds(Calls calls) {
        if (setjmp(manager_.escape) != 0) return false; // NOLINT(cert-err52-cpp)
        calls();
        return true;
    }

private:
    struct Manager {
        jpeg_error_mgr base; // the first member: libjpeg's pointer to it is one to this
        std::jmp_buf escape;
    };
    [[noreturn]] static void give_up(j_common_ptr jpeg) {
        std::longjmp(reinterpret_cast<Manager*>(jpeg->err)->escape, 1); // NOLINT(cert-err52-cpp)
    }

    Manager manager_;
};

} // namespace thumbnailer
