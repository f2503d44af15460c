#include "step/module/section.h"

namespace thumbnailer {

void append_number(std::vector<std::byte>& to, std::uint32_t number) {
    for (; number > 0x7f; number >>= 7) to.push_back(static_cast<std::byte>(number | 0x80));
    to.push_back(static_cast<std::byte>(number));
}

void append_name(std::vector<std::byte>& to, std::string_view name) {
    append_number(to, static_cast<std::uint32_t>(name.size()));
    const Bytes bytes = bytes_of(name);
    to.insert(to.end(), bytes.begin(), bytes.end());
}

void append_section(std::vector<std::byte>& to, Section section, Bytes body) {
    to.push_back(static_cast<std::byte>(section));
    append_number(to, static_cast<std::uint32_t>(body.size()));
    to.insert(to.end(), body.begin(), body.end());
}

} // namespace thumbnailer
