// The three sample steps as translations, in StepRunner as in a worker, against the same C++ compiled into this
// program: the least of five times, in milliseconds for a picture. steps_bench [MILLISECONDS] prints tab-separated
// values.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "os/descriptor.h"
#include "step/run/step_runner.h"
#include "step/translate/translator.h"

// The samples, by the names that bench/CMakeLists.txt gives their functions.
extern "C" {
const char* duotone_run(const std::uint8_t*, std::uint8_t*, std::int32_t, std::int32_t, const double*);
const char* dither_run(const std::uint8_t*, std::uint8_t*, std::int32_t, std::int32_t, const double*);
const char* polaroid_run(const std::uint8_t*, std::uint8_t*, std::int32_t, std::int32_t, const double*);
std::uint64_t polaroid_size(std::int32_t, std::int32_t, const double*);

// A step's memory is that of one image. Large enough for two rows of errors.
void* native_alloc(std::size_t size) {
    alignas(16) static std::byte memory[std::size_t{1} << 20];
    return size <= sizeof memory ? memory : nullptr;
}
}

using namespace thumbnailer;

namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;
using NativeRun = const char* (*)(const std::uint8_t*, std::uint8_t*, std::int32_t, std::int32_t, const double*);

struct Sample {
    const char* name;
    NativeRun run;
    std::vector<double> values;
};

const Sample kSamples[] = {
    {"duotone", duotone_run, {0.8, 1914199, 15858414}},
    {"dither", dither_run, {1, 1}},
    {"polaroid", polaroid_run, {12, 16645621, 1}},
};

// What one call takes, as the least mean of five times.
double time_of(const std::function<void()>& call, Milliseconds budget) {
    double least = 1e9;
    for (int time = 0; time < 5; ++time) {
        const auto begun = Clock::now();
        int calls = 0;
        while (calls == 0 || Clock::now() - begun < budget) call(), ++calls;
        least = std::min(least, Milliseconds(Clock::now() - begun).count() / calls);
    }
    return least;
}

StepPicture picture(std::int32_t width, std::int32_t height) {
    StepPicture made{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height) * 4)};
    for (std::size_t at = 0; at < made.rgba.size(); ++at)
        made.rgba[at] = at % 4 == 3 ? 255 : static_cast<std::uint8_t>(at * 7 + at / 977);
    return made;
}

std::vector<std::byte> module_of(const std::string& name) {
    std::ifstream file(std::string(THUMBNAILER_ROOT) + "/samples/steps/" + name + ".wasm", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const Bytes bytes = bytes_of(text);
    return {bytes.begin(), bytes.end()};
}

[[noreturn]] void fail(const std::string& message) {
    std::fprintf(stderr, "steps_bench: %s\n", message.c_str());
    std::exit(EXIT_FAILURE);
}

StepImage image_of(const std::string& name) {
    const auto translation = translate_step(module_of(name), *native_architecture());
    if (!translation) fail(translation.error().message);
    const Descriptor memory(::memfd_create("step", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    const bool sealed =
        ::write(memory.get(), translation->data(), translation->size()) == static_cast<ssize_t>(translation->size()) &&
        ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) == 0;
    auto image =
        sealed ? StepImage::map(memory.get()) : Result<StepImage>(Failure{Reason::internal, "no sealed memory"});
    if (!image) fail(image.error().message);
    return std::move(*image);
}

void measure(const Sample& sample, const StepPicture& source, Milliseconds budget) {
    const StepImage image = image_of(sample.name);
    StepRunner runner(StepLimits{});
    const auto made = runner.run(image, source, sample.values);
    if (const auto* failure = std::get_if<StepFailure>(&made)) fail(failure->message);
    const std::size_t bytes = std::get<StepPicture>(made).rgba.size();
    std::vector<std::uint8_t> result(bytes);
    const double native = time_of(
        [&] { sample.run(source.rgba.data(), result.data(), source.width, source.height, sample.values.data()); },
        budget);
    if (result != std::get<StepPicture>(made).rgba) fail(std::string(sample.name) + " makes other pixels natively");
    const double step = time_of([&] { runner.run(image, source, sample.values); }, budget);
    const double copies = time_of([&] { std::vector<std::uint8_t>(source.rgba).swap(result); }, budget);
    std::printf("%s\t%dx%d\t%.4f\t%.4f\t%.4f\n", sample.name, source.width, source.height, native, step, copies);
}

} // namespace

int main(int argc, char** argv) {
    const Milliseconds budget(argc > 1 ? std::atof(argv[1]) : 60);
    std::printf("step\tpicture\tnative_ms\tstep_ms\tcopy_ms\n");
    for (const auto& [width, height] : {std::pair{200, 163}, std::pair{1000, 1000}})
        for (const Sample& sample : kSamples) measure(sample, picture(width, height), budget);
    return EXIT_SUCCESS;
}
