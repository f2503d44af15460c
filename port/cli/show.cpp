#include "cli/show.h"

#include <iostream>

#include "text/print.h"

namespace thumbnailer {

namespace {

bool is_hello(const Term& term) {
    const Tuple* tuple = term.as<Tuple>();
    return tuple != nullptr && !tuple->items.empty() && name_of(tuple->items.front()) == "hello";
}

// The source of a request, {bytes, Image}, and the rest of its terms are looked through likewise.
const Binary* image_in(const Tuple& tuple) {
    return tuple.items.size() == 2 && name_of(tuple.items[0]) == "bytes" ? tuple.items[1].as<Binary>() : nullptr;
}

} // namespace

void Shower::show(const Term& term) {
    if (config_.show_data != 0) return look_for_image(term);
    if (!config_.show_no_hello || !is_hello(term)) print(term);
}

void Shower::print(const Term& term) const {
    text::Style style = text::kForPeople;
    style.whole_binaries = config_.show_full;
    std::cout << text::print(term, style) << ".\n" << std::flush;
}

void Shower::look_for_image(const Term& term) {
    const auto take = [&](const Binary& image) {
        if (++found_ == config_.show_data) std::cout << text_of(image.bytes) << std::flush;
    };
    if (const Tuple* tuple = term.as<Tuple>()) {
        if (const Binary* image = image_in(*tuple)) return take(*image);
        for (const Term& item : tuple->items) look_for_image(item);
    } else if (const List* list = term.as<List>()) {
        for (const Term& item : list->items) look_for_image(item);
    } else if (const Map* map = term.as<Map>()) {
        for (const auto& [key, value] : map->pairs) {
            const Binary* data = name_of(key) == "data" ? value.as<Binary>() : nullptr;
            data != nullptr ? take(*data) : look_for_image(value);
        }
    }
}

} // namespace thumbnailer
