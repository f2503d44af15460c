// A job done: the header read and checked, the image decoded once, each output made from it. The only place
// that catches what libvips throws.
#pragma once

#include <functional>

#include "../job.h"
#include "../term.h"

namespace thumbnailer {

// Where the bytes of output `index` go. Fails with write_failed.
using Store = std::function<Result<Done>(std::size_t index, Bytes encoded, Product& product)>;

Outcome make_thumbnails(const Job& job, Bytes source, const Store& store);

} // namespace thumbnailer
