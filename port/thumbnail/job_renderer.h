// Makes the outputs of one request: plans them from the header, decodes once for outputs that need the same source, and
// stores each.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "thumbnail/decode/load.h"
#include "thumbnail/make_thumbnails.h"
#include "thumbnail/output_planner.h"
#include "thumbnail/scaled_image_cache.h"
#include "thumbnail/steps/render.h"
#include "thumbnail/ycbcr/ycbcr_pipeline.h"

namespace thumbnailer {

class JobRenderer {
public:
    JobRenderer(const Job& job, const Images& images, const Store& store, YcbcrPipeline& ycbcr_pipeline,
                UserSteps* user_steps)
        : job_(job), images_(images), store_(store), ycbcr_pipeline_(ycbcr_pipeline), user_steps_(user_steps),
          planner_(job, images.source) {}

    // Once. A failure of one output is stored in its OutputResult; the call fails for an error of the source.
    Result<Done> make(const Header& header, JobResult& job_result);

private:
    Result<Done> check_whole(const Output& output) const;
    Result<Done> make_group(OutputGroup& group, JobResult& job_result);
    Result<vips::VImage> decode_group(const OutputGroup& group) const;
    static vips::VImage render_still(const vips::VImage& image, const Plan& plan, ScaledImageCache& cache,
                                     Renderer& renderer);
    static vips::VImage render_animation(const vips::VImage& roll, const OutputGroup& group, const Plan& plan,
                                         Renderer& renderer);
    // Makes the outputs that the fast path can make, and removes them from the group.
    Result<Done> make_by_fast_path(OutputGroup& group, JobResult& job_result);
    Result<Done> make_from_planes(const Plan& plan, const OutputGroup& group, std::span<const Plane> planes,
                                  OutputResult& output_result);
    Result<Done> make_one(const Plan& plan, const OutputGroup& group,
                          const std::function<vips::VImage(Renderer&)>& render, OutputResult& output_result);
    Result<Done> store(const Plan& plan, const Layout& layout, const EncodedOutput& made, OutputResult& output_result);
    // Of an output that takes no image with a warning.
    Result<Done> check_warnings() const;
    // Of what libvips decoded without an error.
    void take_warnings();
    RenderSources sources_for(const Plan& plan) const;
    Result<std::optional<vips::VImage>> overlay_for(const Plan& plan, Size canvas) const;

    const Job& job_;
    const Images& images_;
    const Store& store_;
    YcbcrPipeline& ycbcr_pipeline_;
    UserSteps* user_steps_;
    OutputPlanner planner_;
    std::vector<std::string> warnings_;
};

} // namespace thumbnailer
