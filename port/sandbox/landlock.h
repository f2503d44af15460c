// Landlock: Linux's way for a process to give up the file system, TCP and signals to others, without being root.
// https://docs.kernel.org/userspace-api/landlock.html
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace thumbnailer {

// The version that the running kernel offers; 0: none.
int landlock_version();

// What a process keeps beneath a path. run: to read, and to execute; write: to read, and to make, write and remove
// files.
enum class PathRights : std::uint8_t { read, run, write };

struct PathRule {
    std::string path; // of a file or a folder
    PathRights rights = PathRights::read;
};

// Gives up everything that this version can take away, for the calling thread and its children, but what the rules
// name. A worker keeps nothing; tools that are run keep their own files. False when a path cannot be opened.
bool enter_landlock(int version, std::span<const PathRule> kept = {});

// Gives up running programs, making folders, links and devices, and from version 6 on signals to others, for a process
// that goes on reading and writing files. Whoever is in such a domain can neither read the memory nor take the
// descriptors of a process that is not, whatever the user.
bool enter_file_landlock(int version);

} // namespace thumbnailer
