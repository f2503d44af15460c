// Runs the doctest cases in the surroundings that main.cpp of the program makes.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <csignal>
#include <vips/vips.h>

#include "thumbnail/vips/vips_runtime.h"

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    if (!thumbnailer::VipsRuntime::start(argv[0], {~0U})) return 1;
    vips_operation_block_set("VipsForeignSave", FALSE); // the tests write what the program only reads
    g_log_set_handler(
        "VIPS", G_LOG_LEVEL_WARNING, [](auto...) {}, nullptr);
    return doctest::Context(argc, argv).run();
}
