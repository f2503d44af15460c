// A term is first printed on one line. If it exceeds the last column, it is printed again, with its items on several
// lines.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/utf8.h"
#include "text/escape.h"
#include "text/print.h"

namespace thumbnailer::text {

namespace {

constexpr std::size_t kMostShownBytes = 200; // of a binary

// Reserved words, which must be quoted: https://www.erlang.org/doc/system/reference_manual#reserved-words
constexpr std::array<std::string_view, 29> kReserved{
    "after", "and",   "andalso", "band",   "begin",   "bnot", "bor", "bsl",  "bsr", "bxor",
    "case",  "catch", "cond",    "div",    "else",    "end",  "fun", "if",   "let", "maybe",
    "not",   "of",    "or",      "orelse", "receive", "rem",  "try", "when", "xor"};

bool is_bare(std::string_view name) {
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto is_in_name = [&](char c) {
        return is_lower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '@';
    };
    return !name.empty() && is_lower(name[0]) && std::ranges::all_of(name, is_in_name) &&
           std::ranges::find(kReserved, name) == kReserved.end();
}

// Whether ~p prints it as a string: https://www.erlang.org/doc/apps/stdlib/io_lib#printable_latin1_list/1
bool is_string(const List& list) {
    return !list.items.empty() && std::ranges::all_of(list.items, [](const Term& item) {
        const std::int64_t* c = item.as<std::int64_t>();
        return c != nullptr && *c >= 0 && *c <= 0xFF && is_printable(static_cast<char32_t>(*c));
    });
}

// Whether the term has items that can be on separate lines.
bool has_parts(const Term& term) {
    if (const List* list = term.as<List>()) return !list->items.empty() && !is_string(*list);
    return term.as<Tuple>() != nullptr || term.as<Map>() != nullptr;
}

class Writer {
public:
    Writer(Style style, std::string& out) : style_(style), out_(out) {}

    void write(const Term& term) {
        const std::size_t begin = out_.size();
        std::visit(*this, term.value);
        if (style_.columns == 0 || column() <= style_.columns || !has_parts(term)) return;
        out_.resize(begin);
        if (const Map* map = term.as<Map>()) return pairs_on_lines(*map);
        const List* list = term.as<List>();
        out_ += list != nullptr ? '[' : '{';
        items_on_lines(list != nullptr ? list->items : term.as<Tuple>()->items);
        out_ += list != nullptr ? ']' : '}';
    }

    // On one line.
    void operator()(const Atom& atom) {
        if (is_bare(atom.name))
            out_ += atom.name;
        else
            append_quoted(atom.name, '\'', out_);
    }
    void operator()(std::int64_t value) { out_ += std::to_string(value); }
    void operator()(double value);
    void operator()(const Binary& binary);
    void operator()(const List& list) {
        if (is_string(list)) return string(list);
        out_ += '[';
        items(list.items);
        out_ += ']';
    }
    void operator()(const Tuple& tuple) {
        out_ += '{';
        items(tuple.items);
        out_ += '}';
    }
    void operator()(const Map& map) {
        out_ += "#{";
        for (const auto& pair : map.pairs) {
            if (&pair != &map.pairs.front()) out_ += ", ";
            std::visit(*this, pair.first.value);
            out_ += " => ";
            value(pair, [&](const Term& term) { std::visit(*this, term.value); });
        }
        out_ += '}';
    }

private:
    // What the program says is for people, however long it is.
    template <typename Print>
    void value(const std::pair<Term, Term>& pair, Print print) {
        const auto name = name_of(pair.first);
        in_message_ = name == "message" || name == "stderr" || name == "warnings";
        print(pair.second);
        in_message_ = false;
    }

    void string(const List& list) {
        std::string text;
        for (const Term& item : list.items) append_utf8(static_cast<char32_t>(*item.as<std::int64_t>()), text);
        append_quoted(text, '"', out_);
    }

    void items(const std::vector<Term>& items) {
        for (const Term& item : items) {
            if (&item != &items.front()) out_ += ", ";
            std::visit(*this, item.value);
        }
    }

    // Small items fill a line; an item with items of its own starts a new line.
    void items_on_lines(const std::vector<Term>& items) {
        const std::string new_line = ",\n" + std::string(column(), ' ');
        for (const Term& item : items) {
            const std::size_t begin = out_.size();
            if (&item != &items.front()) out_ += has_parts(item) ? std::string_view(new_line) : ", ";
            write(item);
            if (!has_parts(item) && &item != &items.front() && column() > style_.columns)
                out_.replace(begin, 2, new_line);
        }
    }

    void pairs_on_lines(const Map& map) {
        out_ += "#{";
        const std::string new_line = ",\n" + std::string(column(), ' ');
        for (const auto& pair : map.pairs) {
            if (&pair != &map.pairs.front()) out_ += new_line;
            write(pair.first);
            out_ += " => ";
            value(pair, [&](const Term& term) { write(term); });
        }
        out_ += '}';
    }

    // The current column.
    std::size_t column() const { return out_.size() - (out_.rfind('\n') + 1); } // npos + 1 is 0

    Style style_;
    std::string& out_;
    bool in_message_ = false;
};

// The shortest digits that parse to the same number, with the dot that Erlang's syntax requires. Like ~p it uses the
// shorter of the two forms, and an exponent for numbers where a double cannot represent every integer.
void Writer::operator()(double value) {
    constexpr double kEveryInteger = 9007199254740992.0; // 2^53
    std::array<char, 400> buffer{};                      // 1.0e-308 has 310 digits
    const auto digits = [&](std::chars_format format) {
        const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format).ptr;
        return std::string(buffer.data(), end);
    };
    std::string fixed = digits(std::chars_format::fixed);
    if (fixed.find('.') == std::string::npos) fixed += ".0";

    std::string scientific = digits(std::chars_format::scientific); // 1e+22, 1.5e-07
    const std::size_t e = scientific.find('e');
    const int exponent = std::stoi(scientific.substr(e + 1));
    scientific.resize(e);
    if (scientific.find('.') == std::string::npos) scientific += ".0";
    scientific += "e" + std::to_string(exponent);

    out_ += std::abs(value) < kEveryInteger && fixed.size() <= scientific.size() ? fixed : scientific;
}

void Writer::operator()(const Binary& binary) {
    const std::string_view bytes = text_of(binary.bytes);
    const bool shown = style_.whole_binaries || in_message_ || bytes.size() <= kMostShownBytes;
    out_ += "<<";
    if (!bytes.empty() && shown && is_printable(bytes)) {
        append_quoted(bytes, '"', out_);
        if (std::ranges::any_of(bytes, [](char c) { return (c & 0x80) != 0; })) out_ += "/utf8";
    } else if (!bytes.empty() && !style_.whole_binaries) {
        out_ += std::to_string(bytes.size()) + " bytes";
    } else {
        for (std::size_t index = 0; index < bytes.size(); ++index) {
            if (index > 0) out_ += ',';
            out_ += std::to_string(static_cast<unsigned char>(bytes[index]));
        }
    }
    out_ += ">>";
}

} // namespace

std::string print(const Term& term, Style style) {
    std::string out;
    Writer(style, out).write(term);
    return out;
}

} // namespace thumbnailer::text
