#include "job/source.h"

#include "text/quote.h"

namespace thumbnailer {

namespace {

Failure bad_source(const Term& term, std::string_view why) {
    return {Reason::bad_request, "the source: " + quote(term) + std::string(why)};
}

} // namespace

Result<Source> read_source(const Term& term) {
    const auto* pair = elements(term);
    const auto kind = pair != nullptr && pair->size() == 2 ? name_of((*pair)[0]) : std::nullopt;
    if (kind == "bytes")
        if (const Binary* binary = (*pair)[1].as<Binary>()) return Source(binary->bytes);
    if (kind == "path")
        if (const auto path = name_of((*pair)[1])) {
            if (path->empty() || path->find('\0') != std::string_view::npos)
                return bad_source(term, " has a path that is empty or holds a NUL byte");
            return Source(std::string(*path));
        }
    if (name_of(term) == "stream") return Source(Stream{});
    if ((kind == "bytes" || kind == "path") && (*pair)[1].as<List>() != nullptr)
        return bad_source(term, " has a string, which is a list; a binary is written <<\"...\">>");
    return bad_source(term, " is none of {bytes, Binary}, {path, Binary} and stream");
}

} // namespace thumbnailer
