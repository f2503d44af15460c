// The folders that requests may name files in. Without any, whatever the user of the program may open.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "os/descriptor.h"

namespace thumbnailer {

class Roots {
public:
    // Fails with not_found, not_a_file or no_access when one of them is no folder that can be opened.
    static Result<Roots> open(const std::vector<std::string>& folders);

    // open(2) of `path`, which must lie in one of the folders: no link and no `..` on the way may leave it. Fails
    // with outside_roots, or with `otherwise` and what the system says.
    Result<Descriptor> open(const std::string& path, int flags, Reason otherwise) const;

private:
    struct Root {
        std::string path; // absolute, ends with a slash
        Descriptor folder;
    };
    std::vector<Root> roots_;
};

// What the system says of a path as a failure with the reason that fits.
Failure file_failure(Reason otherwise, const std::string& path, int error);

} // namespace thumbnailer
