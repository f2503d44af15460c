// Plans the outputs of one request from the header of their source, in groups that share a decode.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "job/job.h"
#include "thumbnail/decode/load.h"
#include "thumbnail/geometry/plan.h"

namespace thumbnailer {

// Outputs that share one decode.
struct OutputGroup {
    DecodeOptions decode;
    Header header;
    std::int32_t frames = 1;
    std::vector<Plan> plans;
};

// The message for a source that its decoder refuses.
std::string unreadable(const Header& header);

class OutputPlanner {
public:
    OutputPlanner(const Job& job, Bytes source) : job_(job), source_(source) {}

    // Adds the output to its group. With `trim` it decodes the source. Fails with bad_option or too_large for the
    // output, with another reason for the source.
    Result<Done> plan(std::size_t index, const Header& header, std::vector<OutputGroup>& groups) const;
    // Fails with too_large for a layout beyond the limits.
    Result<Done> check_size(const Layout& layout, std::int32_t frames) const;

private:
    Result<Rect> part_of(const Output& output, const OutputGroup& group, const View& view) const;

    const Job& job_;
    Bytes source_;
};

} // namespace thumbnailer
