#include "base/term_limits.h"

#include <algorithm>
#include <compare>

namespace thumbnailer {

namespace {

using Pair = std::pair<Term, Term>;

std::strong_ordering compare(const Term& left, const Term& right);

std::strong_ordering compare_all(const std::vector<Term>& left, const std::vector<Term>& right) {
    return std::lexicographical_compare_three_way(left.begin(), left.end(), right.begin(), right.end(), compare);
}

std::vector<const Pair*> sorted_by_key(const Map& map) {
    std::vector<const Pair*> pairs;
    for (const Pair& pair : map.pairs) pairs.push_back(&pair);
    std::ranges::sort(pairs, [](auto* left, auto* right) { return compare(left->first, right->first) < 0; });
    return pairs;
}

struct Comparison {
    using Order = std::strong_ordering;
    Order operator()(const Atom& left, const Atom& right) const { return left.name <=> right.name; }
    Order operator()(std::int64_t left, std::int64_t right) const { return left <=> right; }
    Order operator()(double left, double right) const { return std::strong_order(left, right); }
    Order operator()(const Binary& left, const Binary& right) const {
        return text_of(left.bytes) <=> text_of(right.bytes);
    }
    Order operator()(const List& left, const List& right) const { return compare_all(left.items, right.items); }
    Order operator()(const Tuple& left, const Tuple& right) const { return compare_all(left.items, right.items); }
    Order operator()(const Map& left, const Map& right) const {
        const auto ours = sorted_by_key(left);
        const auto theirs = sorted_by_key(right);
        return std::lexicographical_compare_three_way(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                                                      [](auto* one, auto* other) {
                                                          const Order keys = compare(one->first, other->first);
                                                          return keys != 0 ? keys : compare(one->second, other->second);
                                                      });
    }
    // Unreachable, because the types were compared before; std::visit needs every pair.
    template <typename Left, typename Right>
    Order operator()(const Left&, const Right&) const {
        return Order::equal;
    }
};

std::strong_ordering compare(const Term& left, const Term& right) {
    if (left.value.index() != right.value.index()) return left.value.index() <=> right.value.index();
    return std::visit(Comparison{}, left.value, right.value);
}

} // namespace

bool has_duplicate_key(const Map& map) {
    const auto pairs = sorted_by_key(map);
    const auto same_key = [](auto* left, auto* right) { return compare(left->first, right->first) == 0; };
    return std::ranges::adjacent_find(pairs, same_key) != pairs.end();
}

bool operator==(const Term& left, const Term& right) { return compare(left, right) == 0; }

} // namespace thumbnailer
