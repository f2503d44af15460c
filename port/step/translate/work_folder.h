// A folder that only this user can enter, removed with its owner.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace thumbnailer {

class WorkFolder {
public:
    // In $TMPDIR or /tmp. Fails with internal.
    static Result<WorkFolder> create();
    WorkFolder(WorkFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    WorkFolder& operator=(WorkFolder&&) = delete;
    ~WorkFolder();

    const std::string& path() const { return path_; }

private:
    explicit WorkFolder(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

} // namespace thumbnailer
