// The folders that requests may use. Without folders, all files that the user of the program may open.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "os/descriptor.h"

namespace thumbnailer {

class Roots {
public:
    // Fails with not_found, not_a_file or no_access if one of them cannot be opened as a folder.
    static Result<Roots> open(const std::vector<std::string>& folders);

    // open(2) of `path`, which must be in one of the folders: no link and no `..` of the path may leave it. A path that
    // reaches a folder by another link than its own counts, too, and a folder that was replaced since is the new one.
    // Fails with outside_roots, or with `otherwise` and the error of the system.
    Result<Descriptor> open(const std::string& path, int flags, Reason otherwise) const;

private:
    std::vector<std::string> roots_; // absolute, each ends with a slash
};

// The system's error for a path as a failure with the matching reason.
Failure file_failure(Reason otherwise, const std::string& path, int error);

} // namespace thumbnailer
