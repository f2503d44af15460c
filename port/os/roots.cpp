#include "os/roots.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "text/quote.h"

namespace thumbnailer {

namespace {

// Compares only the text; the kernel checks the links.
std::string absolute(const std::string& path) {
    std::error_code error;
    return std::filesystem::absolute(path, error).string();
}

Descriptor open_beneath(int folder, const std::string& path, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return Descriptor(static_cast<int>(::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how)));
}

} // namespace

Failure file_failure(Reason otherwise, const std::string& path, int error) {
    const Reason reason = error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG ? Reason::not_found
                          : error == EACCES || error == EPERM || error == ELOOP        ? Reason::no_access
                          : error == EISDIR || error == ENXIO || error == ENODEV       ? Reason::not_a_file
                          : error == EXDEV                                             ? Reason::outside_roots
                                                                                       : otherwise;
    const bool outside = reason == Reason::outside_roots;
    return {reason,
            quote_path(path) + ": " + (outside ? "a link or .. leaves the folders of --root" : std::strerror(error))};
}

Result<Roots> Roots::open(const std::vector<std::string>& folders) {
    Roots roots;
    for (const std::string& folder : folders) {
        Descriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!opened) return file_failure(Reason::no_access, folder, errno);
        std::string path = absolute(folder);
        if (!path.ends_with('/')) path.push_back('/');
        roots.roots_.push_back({std::move(path), std::move(opened)});
    }
    return roots;
}

Result<Descriptor> Roots::open(const std::string& path, int flags, Reason otherwise) const {
    if (roots_.empty()) {
        Descriptor opened(::open(path.c_str(), flags));
        if (!opened) return file_failure(otherwise, path, errno);
        return opened;
    }
    const std::string whole = absolute(path);
    for (const Root& root : roots_) {
        if (!whole.starts_with(root.path) && whole + "/" != root.path) continue;
        const std::string inside = whole.size() > root.path.size() ? whole.substr(root.path.size()) : ".";
        Descriptor opened = open_beneath(root.folder.get(), inside, flags);
        if (!opened) return file_failure(otherwise, path, errno);
        return opened;
    }
    return Failure{Reason::outside_roots, quote_path(path) + " is in none of the folders of --root"};
}

} // namespace thumbnailer
