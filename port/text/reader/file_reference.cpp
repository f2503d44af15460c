#include "text/reader/file_reference.h"

#include <filesystem>
#include <fstream>
#include <limits>

#include "base/utf8.h"
#include "text/reader/parse.h"

namespace thumbnailer::text {

namespace {

namespace fs = std::filesystem;

// The length of a frame has 32 bits, and a file is only a part of its frame.
constexpr std::uintmax_t kMostBytes = std::numeric_limits<std::uint32_t>::max();

Failure failure_of(const std::error_code& error, const std::string& path) {
    const bool missing = error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    const bool forbidden = error == std::errc::permission_denied;
    const Reason reason = missing ? Reason::not_found : forbidden ? Reason::no_access : Reason::not_a_file;
    return {reason, "file " + path + ": " + error.message()};
}

} // namespace

std::optional<std::string> path_of(const Term& term) {
    if (const Binary* binary = term.as<Binary>()) return std::string(text_of(binary->bytes));
    const List* list = term.as<List>();
    if (list == nullptr) return std::nullopt;
    std::string path;
    for (const Term& item : list->items) {
        const std::int64_t* point = item.as<std::int64_t>();
        if (point == nullptr || !is_code_point(static_cast<std::uint64_t>(*point))) return std::nullopt;
        append_utf8(static_cast<char32_t>(*point), path);
    }
    return path;
}

Result<std::string> read_file(const std::string& path) {
    std::error_code error;
    // A device or a pipe may be endless.
    const fs::file_status status = fs::status(path, error);
    if (error) return failure_of(error, path);
    if (!fs::is_regular_file(status)) return Failure{Reason::not_a_file, "file " + path + ": not a regular file"};
    const std::uintmax_t size = fs::file_size(path, error);
    if (error) return failure_of(error, path);
    if (size > kMostBytes)
        return Failure{Reason::too_large,
                       "file " + path + ": " + std::to_string(size) + " bytes are more than a frame holds"};
    std::ifstream file(path, std::ios::binary);
    if (!file) return Failure{Reason::no_access, "file " + path + ": cannot be opened"};
    std::string bytes(size, '\0');
    if (!file.read(bytes.data(), static_cast<std::streamsize>(size)))
        return Failure{Reason::no_access, "file " + path + ": cannot be read"};
    return bytes;
}

} // namespace thumbnailer::text
