// Owns a reference to an object of libvips' C interface; vips::VImage does so for images of the C++ one.
#pragma once

#include <glib-object.h>

#include <memory>

namespace thumbnailer {

struct GObjectUnref {
    void operator()(gpointer object) const { g_object_unref(object); }
};

template <typename T>
using GObjectPtr = std::unique_ptr<T, GObjectUnref>;

} // namespace thumbnailer
