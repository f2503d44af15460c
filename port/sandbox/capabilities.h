// What root may do beyond what everybody may: given up piece by piece. A process of another user has nothing of it.
// https://man7.org/linux/man-pages/man7/capabilities.7.html
#pragma once

namespace thumbnailer {

// Keeps what opening and replacing the files of others needs, and nothing else.
bool keep_file_capabilities();

// Keeps nothing, and nothing can be had again.
bool drop_capabilities();

} // namespace thumbnailer
