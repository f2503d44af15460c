#include "thumbnail/vips/vips_errors.h"

namespace thumbnailer {

std::string take_vips_message() {
    std::string message = vips_error_buffer();
    vips_error_clear();
    while (message.ends_with('\n')) message.pop_back();
    for (std::size_t at = 0; (at = message.find('\n', at)) != std::string::npos; at += 2) message.replace(at, 1, "; ");
    return message;
}

} // namespace thumbnailer
