// Runs the doctest cases. libvips is started before any of them, as main.cpp of the program does.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "thumbnail/session.h"

int main(int argc, char** argv) {
    if (!thumbnailer::VipsSession::start(argv[0])) return 1;
    return doctest::Context(argc, argv).run();
}
