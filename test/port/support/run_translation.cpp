// Runs a translation on a picture without the rest of the program, so that it can be built for another architecture:
//   run_translation STEP WIDTH HEIGHT [VALUE ...] < rows of RGBA > rows of RGBA
// test/pipe/commands/arm64_step_test.py builds it.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "step/run/step_runner.h"

using namespace thumbnailer;

namespace {

std::vector<std::uint8_t> read_all(std::FILE* file) {
    std::vector<std::uint8_t> bytes;
    for (int byte = std::fgetc(file); byte != EOF; byte = std::fgetc(file))
        bytes.push_back(static_cast<std::uint8_t>(byte));
    return bytes;
}

int complain(const std::string& message) {
    std::fprintf(stderr, "%s\n", message.c_str());
    return EXIT_FAILURE;
}

} // namespace

int main(int argc, char** argv) {
    std::FILE* const file = argc < 4 ? nullptr : std::fopen(argv[1], "rb");
    if (file == nullptr) return complain("run_translation STEP WIDTH HEIGHT [VALUE ...]");
    const auto translation = read_all(file);
    std::fclose(file);
    const int memory = ::memfd_create("step", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (::write(memory, translation.data(), translation.size()) != static_cast<ssize_t>(translation.size()) ||
        ::fcntl(memory, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) != 0)
        return complain("the translation cannot be sealed");
    const auto image = StepImage::map(memory);
    if (!image) return complain(image.error().message);
    std::vector<double> values;
    for (int at = 4; at < argc; ++at) values.push_back(std::atof(argv[at]));
    StepRunner runner(StepLimits{});
    const auto made = runner.run(*image, {std::atoi(argv[2]), std::atoi(argv[3]), read_all(stdin)}, values);
    if (const auto* failure = std::get_if<StepFailure>(&made)) return complain(failure->message);
    const auto& rgba = std::get<StepPicture>(made).rgba;
    return std::fwrite(rgba.data(), 1, rgba.size(), stdout) == rgba.size() ? EXIT_SUCCESS : EXIT_FAILURE;
}
