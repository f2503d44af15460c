#include "thumbnail/make_thumbnails.h"

#include "thumbnail/decode/check_header.h"
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
    auto header = check_header(job.limits, images.source);
    if (!header) return failed(header.error());
    job_result.header = *header;
    if (job.probe) return job_result;
    job_result.count = job.count;
    auto made = JobRenderer(job, images, store, ycbcr_pipeline, user_steps).make(*header, job_result);
    return made ? job_result : failed(made.error());
}

} // namespace thumbnailer
