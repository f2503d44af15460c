#include "thumbnail/make_thumbnails.h"

#include "thumbnail/decode/drawing.h"
#include "thumbnail/decode/load.h"
#include "thumbnail/decode/open_image.h"
#include "thumbnail/decode/sniff.h"
#include "thumbnail/job_renderer.h"
#include "thumbnail/jpeg/end_marker.h"

namespace thumbnailer {

namespace {

// The source in a form that every path through the program answers alike: a drawing as its renderer knows it, a JPEG
// with its end marker. Nothing: the source is in that form.
Result<std::optional<std::vector<std::byte>>> prepared(Bytes source, const Limits& limits) {
    if (sniff(source) == Format::jpeg && !has_end_marker(source)) return std::optional(with_end_marker(source));
    return prepared_drawing(source, limits);
}

} // namespace

JobResult make_thumbnails(const Job& job, const Images& images, const Store& store, YcbcrPipeline& ycbcr_pipeline,
                          UserSteps* user_steps) {
    JobResult job_result;
    const auto failed = [&](const Failure& failure) {
        job_result.failed = 1;
        job_result.failure = to_wire(failure);
        return job_result;
    };
    if (job.step_uses_count > 0 && user_steps == nullptr) return failed({Reason::internal, "steps cannot run here"});
    const auto changed = prepared(images.source, job.limits);
    if (!changed) return failed(changed.error());
    Images known{*changed ? Bytes(**changed) : images.source, images.overlays};
    const auto image = open_image(job.limits, known.source);
    if (!image) return failed(image.error());
    job_result.header = image->told;
    if (job.probe) return job_result;
    known.source = image->bytes;
    known.cut = image->told.format == Format::jpeg && *changed && !is_whole(image->header, known.source);
    job_result.count = job.count;
    auto made = JobRenderer(job, known, store, ycbcr_pipeline, user_steps).make(image->header, job_result);
    return made ? job_result : failed(made.error());
}

} // namespace thumbnailer
