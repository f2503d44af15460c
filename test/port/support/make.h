// Thumbnails made without a program around: what a test asked for and what came of it.
#pragma once

#include "support/pixels.h"
#include "thumbnail/make_thumbnails.h"
#include "thumbnail/ycbcr/ycbcr_pipeline.h"

namespace thumbnailer::test {

struct Made {
    JobResult job_result;
    std::vector<std::string> files;
    std::vector<std::string> placeholders;

    const OutputResult& output_result(std::size_t index = 0) const {
        REQUIRE_MESSAGE(job_result.failed == 0, text_in(job_result.failure.message));
        return job_result.outputs[index];
    }
    vips::VImage image(std::size_t index = 0) const {
        REQUIRE_MESSAGE(output_result(index).made != 0, text_in(job_result.outputs[index].failure.message));
        return decoded(files[index]);
    }
    // Why an output was not made.
    const WireFailure& failure(std::size_t index = 0) const {
        REQUIRE(output_result(index).made == 0);
        return job_result.outputs[index].failure;
    }
};

inline Made make(const std::string& source, const std::vector<Output>& outputs, const Limits& limits = {},
                 const std::string& overlay = "", bool jpeg_fast_path = true) {
    Job job;
    job.count = static_cast<std::uint32_t>(outputs.size());
    std::copy(outputs.begin(), outputs.end(), job.outputs.begin());
    job.limits = limits;
    job.jpeg_fast_path = jpeg_fast_path;
    if (!overlay.empty()) job.overlay.fill(1);
    const Bytes overlays[] = {bytes_of(overlay)};
    Made made{{}, std::vector<std::string>(outputs.size()), std::vector<std::string>(outputs.size())};
    YcbcrPipeline pipeline;
    made.job_result = make_thumbnails(
        job, {bytes_of(source), overlays},
        [&](std::size_t index, const EncodedOutput& finished, OutputResult&) {
            made.files[index] = text_of(finished.encoded);
            made.placeholders[index] = finished.placeholder;
            return Result<Done>(Done{});
        },
        pipeline);
    return made;
}

inline Output box(std::int32_t width, std::int32_t height, Fit fit = Fit::inside, Target format = Target::png) {
    Output output;
    output.width = width;
    output.height = height;
    output.fit = fit;
    output.format = format;
    return output;
}

// A box with one more option.
template <typename Value>
Output with(Value Output::*member, Value value, Output output = box(80, 80)) {
    output.*member = value;
    return output;
}

// What a camera held another way would have stored: the picture turned against its tag.
inline vips::VImage stored_for(const vips::VImage& seen, int orientation) {
    const vips::VImage mirrored = seen.fliphor();
    const vips::VImage swap_if_sideways[] = {
        seen,          mirrored,         seen.rot180(), mirrored.rot180(), mirrored.rot270(),
        seen.rot270(), mirrored.rot90(), seen.rot90()};
    vips::VImage image = swap_if_sideways[orientation - 1].copy();
    image.set(VIPS_META_ORIENTATION, orientation);
    return image;
}

} // namespace thumbnailer::test
