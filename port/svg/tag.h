// Start tags of XML, and the root element: as much XML as is needed to recognise a drawing and to find its references,
// in one pass, without a tree.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace thumbnailer {

struct Attribute {
    std::string_view name;  // with its prefix
    std::string_view value; // the bytes between its quotes
};

struct Tag {
    std::string_view name; // with its prefix
    std::vector<Attribute> attributes;
    std::size_t begin = 0; // of its `<`
    std::size_t end = 0;   // behind its `>`
    bool empty = false;    // it ends with />

    std::string_view local_name() const;
    // The value of an attribute without a prefix.
    std::optional<std::string_view> value(std::string_view attribute) const;
};

// The start tag that begins at `at`. Nothing when it is damaged, or has more than 1,000 attributes.
std::optional<Tag> tag_at(std::string_view text, std::size_t at);

// The root element: behind white space, declarations, comments and a document type with whatever stands in it. Nothing
// when anything else comes first.
std::optional<Tag> root_of(std::string_view text);

// The next start tag from `from` on; comments, instructions and CDATA are passed over.
std::optional<Tag> next_tag(std::string_view text, std::size_t from);

} // namespace thumbnailer
