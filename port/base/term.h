// The value that all codecs read and write: the payload of a frame, independent of its encoding.
// A decoded Term borrows its atoms and binaries from its frame and must not outlive it; only an atom that was converted
// to UTF-8 owns its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"

namespace thumbnailer {

struct Term;

struct Atom {
    std::string_view name; // UTF-8
    std::shared_ptr<const std::string> owned = nullptr;
};
struct Binary {
    Bytes bytes;
};
struct List {
    std::vector<Term> items;
};
struct Tuple {
    std::vector<Term> items;
};
struct Map {
    std::vector<std::pair<Term, Term>> pairs;

    void put(std::string_view key, Term value);
};

struct Term {
    std::variant<Atom, std::int64_t, double, Binary, List, Tuple, Map> value;

    Term(Atom atom) : value(std::move(atom)) {}
    Term(std::int64_t integer) : value(integer) {}
    Term(double real) : value(real) {}
    Term(Binary binary) : value(binary) {}
    Term(List list) : value(std::move(list)) {}
    Term(Tuple tuple) : value(std::move(tuple)) {}
    Term(Map map) : value(std::move(map)) {}

    template <typename T>
    const T* as() const {
        return std::get_if<T>(&value);
    }
};

inline void Map::put(std::string_view key, Term value) { pairs.emplace_back(Atom{key}, std::move(value)); }

inline Term atom(std::string_view name) { return Atom{name}; }
inline Term binary(std::string_view text) { return Binary{bytes_of(text)}; }
inline Term boolean(bool truth) { return Atom{truth ? "true" : "false"}; }
inline Term integer(std::int64_t value) { return value; }
template <typename... Terms>
Term tuple(Terms... items) {
    return Tuple{{Term(std::move(items))...}};
}

// A name is an atom, or a binary from clients whose language has no atoms.
inline std::optional<std::string_view> name_of(const Term& term) {
    if (const Atom* atom = term.as<Atom>()) return atom->name;
    if (const Binary* binary = term.as<Binary>()) return text_of(binary->bytes);
    return std::nullopt;
}

// The items of a tuple, or of a list, because MessagePack has no tuples.
inline const std::vector<Term>* elements(const Term& term) {
    if (const Tuple* tuple = term.as<Tuple>()) return &tuple->items;
    if (const List* list = term.as<List>()) return &list->items;
    return nullptr;
}

// A list of binaries that borrow from the texts.
inline List binaries(const std::vector<std::string>& texts) {
    List list;
    for (const std::string& text : texts) list.items.push_back(binary(text));
    return list;
}

} // namespace thumbnailer
