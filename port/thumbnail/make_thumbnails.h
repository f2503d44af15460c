// Does a job: checks the header, decodes the image once, makes each output from it.
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "job/job.h"

namespace thumbnailer {

class UserSteps;
class YcbcrPipeline;

// The bytes of the source and of the overlays.
struct Images {
    Bytes source;
    std::span<const Bytes> overlays = {};
    bool cut = false; // the source is known to end inside its data
};

// An encoded output with its placeholder.
struct EncodedOutput {
    Bytes encoded;
    std::string_view placeholder;
};

// Stores output `index`. Fails with write_failed.
using Store =
    std::function<Result<Done>(std::size_t index, const EncodedOutput& finished, OutputResult& output_result)>;

// `ycbcr_pipeline` and `user_steps` are kept from one job to the next; a job without steps needs none.
JobResult make_thumbnails(const Job& job, const Images& images, const Store& store, YcbcrPipeline& ycbcr_pipeline,
                          UserSteps* user_steps = nullptr);

} // namespace thumbnailer
