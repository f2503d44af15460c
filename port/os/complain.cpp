#include "os/complain.h"

#include <cstdio>

namespace thumbnailer {

void complain(const Failure& failure) { std::fprintf(stderr, "thumbnailer: %s\n", failure.message.c_str()); }

} // namespace thumbnailer
