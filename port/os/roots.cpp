#include "os/roots.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "text/quote.h"

namespace thumbnailer {

namespace {

// By the text alone.
std::string absolute(const std::string& path) {
    std::error_code error;
    return std::filesystem::absolute(path, error).string();
}

// Without links, as far as the path exists; empty when that cannot be told.
std::string without_links(const std::string& path) {
    std::error_code error;
    return std::filesystem::weakly_canonical(path, error).string();
}

std::string as_folder(std::string path) {
    if (!path.ends_with('/')) path.push_back('/');
    return path;
}

// The rest of a path below a folder, which ends with a slash.
std::optional<std::string> below(const std::string& folder, const std::string& path) {
    if (path.starts_with(folder) && path.size() > folder.size()) return path.substr(folder.size());
    if (as_folder(path) == folder) return ".";
    return std::nullopt;
}

// The folder is opened each time, because it may be another by now: deleted and made again, or a link to the next
// release. The kernel checks that nothing leads out of it.
Descriptor open_beneath(const std::string& folder, const std::string& path, int flags) {
    const Descriptor root(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) return {};
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return Descriptor(static_cast<int>(::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how)));
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
        const Descriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!opened) return file_failure(Reason::no_access, folder, errno);
        roots.roots_.push_back(as_folder(absolute(folder)));
    }
    return roots;
}

Result<Descriptor> Roots::open(const std::string& path, int flags, Reason otherwise) const {
    const auto checked = [&](Descriptor opened) -> Result<Descriptor> {
        if (!opened) return file_failure(otherwise, path, errno);
        return opened;
    };
    if (roots_.empty()) return checked(Descriptor(::open(path.c_str(), flags)));
    const std::string whole = absolute(path);
    for (const std::string& root : roots_)
        if (const auto inside = below(root, whole)) return checked(open_beneath(root, *inside, flags));
    const std::string real = without_links(whole);
    for (const std::string& root : roots_)
        if (const auto inside = below(as_folder(without_links(root)), real))
            return checked(open_beneath(root, *inside, flags));
    return Failure{Reason::outside_roots, quote_path(path) + " is in none of the folders of --root"};
}

} // namespace thumbnailer
