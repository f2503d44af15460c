#include "thumbnail/make_thumbnails.h"

#include "thumbnail/decode/check_header.h"
#include "thumbnail/decode/drawing.h"
#include "thumbnail/decode/load.h"
#include "thumbnail/job_renderer.h"
#include "thumbnail/jpeg/end_marker.h"

namespace thumbnailer {

namespace {

// The source in a form that every path through the program answers alike: a drawing as its renderer knows it, a JPEG with
// its end marker. Nothing: the source is in that form.
Result<std::optional<std::vector<std::byte>>> prepared(Bytes source, const Limits& limits) {
    if (sniff(source) == Format::jpeg && !has_end_marker(source)) return std::optional(with_end_marker(source));
    return prepared_drawing(source, limits);
}

} // namespace

JobResult make_thumbnails(const Job& job, const Images& images, const Store& store, YcbcrPipeline& ycbcr_pipeline) {
    JobResult job_result;
    const auto failed = [&](const Failure& failure) {
        job_result.failed = 1;
        job_result.failure = to_wire(failure);
        return job_result;
    };
    const auto changed = prepared(images.source, job.limits);
    if (!changed) return failed(changed.error());
    Images known{*changed ? Bytes(**changed) : images.source, images.overlays};
    auto header = check_header(job.limits, known.source);
    if (!header) return failed(header.error());
    job_result.header = *header;
    if (job.probe) return job_result;
    known.cut = header->format == Format::jpeg && *changed && !is_whole(*header, known.source);
    job_result.count = job.count;
    auto made = JobRenderer(job, known, store, ycbcr_pipeline).make(*header, job_result);
    return made ? job_result : failed(made.error());
}

} // namespace thumbnailer
