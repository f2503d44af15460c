// Where the time of a thumbnail goes in libvips: decoding a JPEG at each scale that its decoder has, resampling what
// comes of that, encoding the thumbnail. One thread.
//
//    stages_bench FILE [option of Google Benchmark]...

#include <benchmark/benchmark.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include <vips/vips8>

namespace {

using vips::VImage;

constexpr int kShrinks[] = {1, 2, 4, 8};
constexpr int kSides[] = {720, 200};
constexpr int kQuality = 80;

VImage decoded(const std::string& source, int shrink) {
    return VImage::jpegload_buffer(vips_blob_new(nullptr, source.data(), source.size()),
                                   VImage::option()->set("shrink", shrink)->set("access", VIPS_ACCESS_SEQUENTIAL))
        .copy_memory();
}

VImage resampled(const VImage& image, int side) {
    return image.resize(static_cast<double>(side) / std::max(image.width(), image.height())).copy_memory();
}

void encode(const VImage& image) {
    VipsBlob* made = image.jpegsave_buffer(VImage::option()->set("Q", kQuality)->set("optimize_coding", true));
    benchmark::DoNotOptimize(vips_blob_get(made, nullptr));
    vips_area_unref(VIPS_AREA(made));
}

// libvips works in threads of its own, whose time counts.
void add(const std::string& name, const std::function<void()>& stage) {
    benchmark::RegisterBenchmark(name.c_str(), [stage](benchmark::State& state) {
        for (auto _ : state) stage();
    })->MeasureProcessCPUTime();
}

void add_stages(const std::string& source) {
    for (const int shrink : kShrinks) {
        add("decode at 1/" + std::to_string(shrink),
            [&source, shrink] { benchmark::DoNotOptimize(decoded(source, shrink)); });
        const VImage image = decoded(source, shrink);
        for (const int side : kSides)
            if (std::max(image.width(), image.height()) >= side)
                add("resample 1/" + std::to_string(shrink) + " to " + std::to_string(side),
                    [image, side] { benchmark::DoNotOptimize(resampled(image, side)); });
    }
    for (const int side : kSides)
        add("encode " + std::to_string(side), [image = resampled(decoded(source, 1), side)] { encode(image); });
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2 || vips_init(argv[0]) != 0) return 64;
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    std::ifstream file(argv[1], std::ios::binary);
    const std::string source{std::istreambuf_iterator<char>(file), {}};
    add_stages(source);
    argv[1] = argv[0];
    --argc;
    benchmark::Initialize(&argc, argv + 1);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
