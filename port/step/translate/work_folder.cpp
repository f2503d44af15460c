#include "step/translate/work_folder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace thumbnailer {

Result<WorkFolder> WorkFolder::create() {
    const char* const given = std::getenv("TMPDIR");
    std::string path = std::string(given != nullptr && *given != '\0' ? given : "/tmp") + "/thumbnailer-step-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr)
        return Failure{Reason::internal, "a folder for the translation, " + path + ": " + std::strerror(errno)};
    return WorkFolder(std::move(path));
}

WorkFolder::~WorkFolder() {
    std::error_code ignored; // what is left is in a folder for temporary files
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

} // namespace thumbnailer
