#include "thumbnail/make_thumbnails.h"

#include "thumbnail/decode/check_header.h"
#include "thumbnail/job_renderer.h"

namespace thumbnailer {

Outcome make_thumbnails(const Job& job, const Images& images, const Store& store, Lane& lane) {
    Outcome outcome;
    const auto failed = [&](const Failure& failure) {
        outcome.failed = 1;
        outcome.failure = to_plain(failure);
        return outcome;
    };
    auto header = inspect(job.limits, images.source);
    if (!header) return failed(header.error());
    outcome.header = *header;
    if (job.probe) return outcome;
    outcome.count = job.count;
    auto made = Studio(job, images, store, lane).make(*header, outcome);
    return made ? outcome : failed(made.error());
}

} // namespace thumbnailer
