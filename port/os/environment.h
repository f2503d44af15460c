// The environment that the program was started with, which is the application's: secrets stand in it.
#pragma once

namespace thumbnailer {

// Overwrites the strings where the kernel put them, at the top of the stack, and forgets them. clearenv(3) frees only
// the pointers; every process that is forked later would still hold the strings.
void erase_environment();

} // namespace thumbnailer
