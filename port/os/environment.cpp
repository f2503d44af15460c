#include "os/environment.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace thumbnailer {

void erase_environment() {
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
        ::explicit_bzero(*entry, std::strlen(*entry));
    ::clearenv();
}

} // namespace thumbnailer
