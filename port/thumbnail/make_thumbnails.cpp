#include "thumbnail/make_thumbnails.h"

#include "thumbnail/decode/open_image.h"
#include "thumbnail/job_renderer.h"

namespace thumbnailer {

JobResult make_thumbnails(const Job& job, const Images& images, const Store& store, YcbcrPipeline& ycbcr_pipeline,
                          UserSteps* user_steps) {
    JobResult job_result;
    const auto failed = [&](const Failure& failure) {
        job_result.failed = 1;
        job_result.failure = to_wire(failure);
        return job_result;
    };
    if (job.step_uses_count > 0 && user_steps == nullptr) return failed({Reason::internal, "steps cannot run here"});
    const auto image = open_image(job.limits, images.source);
    if (!image) return failed(image.error());
    job_result.header = image->told;
    if (job.probe) return job_result;
    job_result.count = job.count;
    const Images opened{image->bytes, images.overlays};
    auto made = JobRenderer(job, opened, store, ycbcr_pipeline, user_steps).make(image->header, job_result);
    return made ? job_result : failed(made.error());
}

} // namespace thumbnailer
