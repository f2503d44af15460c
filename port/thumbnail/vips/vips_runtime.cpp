#include "thumbnail/vips/vips_runtime.h"

#include <malloc.h>

#include <cstdlib>
#include <vips/vips.h>

#include "thumbnail/vips/gobject.h"

namespace thumbnailer {

namespace {

// The operations that a thumbnail may need.
constexpr const char* kOperations[] = {"resize",     "reduceh",      "reducev",       "shrinkh",       "shrinkv",
                                       "autorot",    "premultiply",  "unpremultiply", "icc_transform", "colourspace",
                                       "embed",      "extract_area", "flatten",       "cast",          "copy",
                                       "sequential", "linear",       "rot",           "flip",          "extract_band",
                                       "bandjoin",   "maplut",       "gaussblur",     "sharpen",       "composite2",
                                       "smartcrop",  "find_trim",    "recomb",        "multiply",      "ifthenelse"};

bool is_prebuilt() { return std::string_view(THUMBNAILER_LIBVIPS_ORIGIN) == "prebuilt"; }

// Initialises the class of an operation. This takes longer than an image of 100 pixels, and would otherwise happen
// again in every worker. Afterwards only unblocked operations can run.
bool preload_operation(std::string_view operation, bool unblock = false) {
    const GObjectPtr<VipsOperation> made(vips_operation_new(std::string(operation).c_str()));
    if (made && unblock) vips_operation_block_set(G_OBJECT_TYPE_NAME(made.get()), FALSE);
    return made != nullptr;
}

} // namespace

Result<FormatSet> VipsRuntime::start(const char* program, FormatSet wanted) {
    // liborc would write code to a file in the home directory and run it, so it is turned off. The prebuilt libvips has
    // its vector code compiled in (Highway); without that it resamples three times as slowly.
    if (!is_prebuilt()) ::setenv("VIPS_NOVECTOR", "1", 1);
    ::setenv("ORC_CODE", "emulate", 1); // libvips before 8.15 does not ask itself in every operation
    if (vips_init(program) != 0) return Failure{Reason::internal, "libvips does not start"};
    // Each image is decoded by its own thread. With one malloc arena for each thread, freed memory stays in the arenas:
    // after 40 photographs three times as much memory as with a single arena, in the same time.
    ::mallopt(M_ARENA_MAX, 1);
    // Fixed, because the moving thresholds of malloc give memory back after some images and take it again with the
    // next: 40 or 350 page faults for the same photo. Workers give it back when they are idle.
    ::mallopt(M_MMAP_THRESHOLD, 128 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 256 << 20);
    ::mallopt(M_TOP_PAD, 16 << 20);
    vips_concurrency_set(1); // parallelism is the number of workers
    vips_cache_set_max(0);   // no image comes twice
    // An allow-list: no other loader or saver of this libvips can run.
    vips_operation_block_set("VipsForeignLoad", TRUE);
    vips_operation_block_set("VipsForeignSave", TRUE);
    FormatSet loaded;
    for (const FormatSpec& format : kFormats) {
        if (wanted.has(format.format) && (format.loader.empty() || preload_operation(format.loader, true)))
            loaded.add(format.format);
        if (!format.saver.empty() && !preload_operation(format.saver, true))
            return Failure{Reason::internal, "libvips has no operation " + std::string(format.saver)};
    }
    for (const char* operation : kOperations) preload_operation(operation);
    vips_error_clear();
    return loaded;
}

std::string VipsRuntime::version() {
    return std::to_string(vips_version(0)) + "." + std::to_string(vips_version(1)) + "." +
           std::to_string(vips_version(2));
}

} // namespace thumbnailer
