#include "svg/tag.h"

#include <algorithm>

namespace thumbnailer {

namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::size_t kMostAttributes = 1000;
constexpr std::size_t kNone = std::string_view::npos;

bool starts(std::string_view text, std::size_t at, std::string_view with) {
    return at <= text.size() && text.substr(at).starts_with(with);
}

// The position after the next `end` from `from` on.
std::size_t behind(std::string_view text, std::size_t from, std::string_view end) {
    const std::size_t found = text.find(end, from);
    return found == kNone ? kNone : found + end.size();
}

// The position after a document type. Brackets in quotes do not count, nor quotes in comments and instructions.
std::size_t behind_doctype(std::string_view text, std::size_t at) {
    bool inside = false; // of the part in square brackets
    while (at < text.size()) {
        at = text.find_first_of("\"'[]<>", at);
        if (at == kNone) return kNone;
        const char found = text[at];
        if (found == '"' || found == '\'') {
            at = behind(text, at + 1, text.substr(at, 1));
            if (at == kNone) return kNone;
        } else if (starts(text, at, "<!--") || starts(text, at, "<?")) {
            at = behind(text, at + 2, text[at + 1] == '?' ? "?>" : "-->");
            if (at == kNone) return kNone;
        } else {
            if (found == '[') inside = true;
            if (found == ']') inside = false;
            ++at;
            if (found == '>' && !inside) return at;
        }
    }
    return kNone;
}

// The position after the comment, declaration or end tag at `at`; `at` itself for a start tag.
std::size_t behind_other(std::string_view text, std::size_t at) {
    if (starts(text, at, "<!--")) return behind(text, at + 4, "-->");
    if (starts(text, at, "<![CDATA[")) return behind(text, at + 9, "]]>");
    if (starts(text, at, "<?")) return behind(text, at + 2, "?>");
    if (starts(text, at, "<!DOCTYPE")) return behind_doctype(text, at + 9);
    if (starts(text, at, "</")) return behind(text, at + 2, ">");
    return at;
}

bool is_name(std::string_view name) {
    return !name.empty() && name.find_first_of("<>&\"'=") == kNone && name.find_first_of("0123456789-.!?") != 0;
}

} // namespace

std::string_view Tag::local_name() const { return name.substr(name.find(':') == kNone ? 0 : name.find(':') + 1); }

std::optional<std::string_view> Tag::value(std::string_view attribute) const {
    const auto found = std::ranges::find(attributes, attribute, &Attribute::name);
    return found == attributes.end() ? std::nullopt : std::optional(found->value);
}

std::optional<Tag> tag_at(std::string_view text, std::size_t at) {
    if (!starts(text, at, "<")) return std::nullopt;
    Tag tag;
    tag.begin = at;
    // Every search stops at a `<`; otherwise a file of nothing else would take quadratic time.
    const std::size_t name_end = text.find_first_of(" \t\r\n/><", at + 1);
    if (name_end == kNone || text[name_end] == '<') return std::nullopt;
    tag.name = text.substr(at + 1, name_end - at - 1);
    if (!is_name(tag.name)) return std::nullopt;
    for (at = name_end;;) {
        at = text.find_first_not_of(kSpace, at);
        if (at == kNone) return std::nullopt;
        tag.empty = starts(text, at, "/>");
        if (tag.empty || text[at] == '>') {
            tag.end = at + (tag.empty ? 2 : 1);
            return tag;
        }
        const std::size_t equals = text.find_first_of("=<>", at);
        const std::size_t quote =
            equals == kNone || text[equals] != '=' ? kNone : text.find_first_not_of(kSpace, equals + 1);
        if (quote == kNone || (text[quote] != '"' && text[quote] != '\'')) return std::nullopt;
        const std::size_t end = text.find(text[quote], quote + 1);
        std::string_view name = text.substr(at, equals - at);
        name = name.substr(0, name.find_last_not_of(kSpace) + 1);
        if (end == kNone || !is_name(name) || tag.attributes.size() == kMostAttributes) return std::nullopt;
        tag.attributes.push_back({name, text.substr(quote + 1, end - quote - 1)});
        at = end + 1;
    }
}

std::optional<Tag> root_of(std::string_view text) {
    for (std::size_t at = 0;;) {
        at = text.find_first_not_of(kSpace, at);
        if (at == kNone || text[at] != '<') return std::nullopt;
        const std::size_t next = behind_other(text, at);
        if (next == at) return tag_at(text, at);
        if (next == kNone) return std::nullopt;
        at = next;
    }
}

std::optional<Tag> next_tag(std::string_view text, std::size_t from) {
    for (std::size_t at = from;;) {
        at = text.find('<', at);
        if (at == kNone) return std::nullopt;
        const std::size_t next = behind_other(text, at);
        if (next == kNone) return std::nullopt;
        if (next != at) {
            at = next;
            continue;
        }
        if (auto tag = tag_at(text, at)) return tag;
        ++at;
    }
}

} // namespace thumbnailer
