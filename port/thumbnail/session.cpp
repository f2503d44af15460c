#include "session.h"

#include <cstdlib>
#include <vips/vips.h>

#include "format.h"

namespace thumbnailer {

namespace {

// Makes the class of an operation known, which takes longer than an image of 100 pixels and would otherwise
// be done again in every worker. Only what was unblocked can run afterwards.
bool touch(std::string_view operation, bool unblock = false) {
    VipsOperation* made = vips_operation_new(std::string(operation).c_str());
    if (made == nullptr) return false;
    if (unblock) vips_operation_block_set(G_OBJECT_TYPE_NAME(made), FALSE);
    g_object_unref(made);
    return true;
}

} // namespace

Result<Done> VipsSession::start(const char* program) {
    // liborc would write code to a file in the home directory and run it.
    ::setenv("VIPS_NOVECTOR", "1", 1);
    if (vips_init(program) != 0) return Failure{Reason::internal, "libvips does not start"};
    vips_concurrency_set(1); // parallelism is the number of workers
    vips_cache_set_max(0);   // every image is a new one
    // An allow-list: whatever else libvips was built with, no other loader and no other saver can run.
    vips_operation_block_set("VipsForeignLoad", TRUE);
    vips_operation_block_set("VipsForeignSave", TRUE);
    for (const FormatSpec& format : kFormats)
        for (const std::string_view operation : {format.loader, format.saver})
            if (!operation.empty() && !touch(operation, true))
                return Failure{Reason::internal, "libvips has no operation " + std::string(operation)};
    for (const char* operation :
         {"resize", "reduceh", "reducev", "shrinkh", "shrinkv", "autorot", "premultiply", "unpremultiply",
          "icc_transform", "colourspace", "embed", "extract_area", "flatten", "cast", "copy", "sequential", "linear"})
        touch(operation);
    vips_error_clear();
    return Done{};
}

std::string VipsSession::version() { return vips_version_string() == nullptr ? "" : VIPS_VERSION; }

} // namespace thumbnailer
