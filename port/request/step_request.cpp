#include "request/step_request.h"

#include <algorithm>

#include "job/source.h"
#include "text/quote.h"

namespace thumbnailer {

namespace {

constexpr std::size_t kLongestName = 32;
constexpr std::size_t kHashDigits = 64;

bool is_digit(char each) { return each >= '0' && each <= '9'; }
bool is_lower(char each) { return each >= 'a' && each <= 'z'; }

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= kLongestName && is_lower(text[0]) &&
           std::ranges::all_of(text, [](char each) { return is_lower(each) || is_digit(each) || each == '_'; });
}

bool is_hash(std::string_view text) {
    return text.size() == kHashDigits &&
           std::ranges::all_of(text, [](char each) { return is_digit(each) || (each >= 'a' && each <= 'f'); });
}

Failure bad_step_request(const Term& term, std::string_view accepted) {
    return {Reason::bad_request, quote(term) + " is not " + std::string(accepted)};
}

Result<std::string> read_name(const Term& term) {
    const auto name = name_of(term);
    if (name && is_name(*name)) return std::string(*name);
    return bad_step_request(term, "the name of a step: lower case letters, digits and underscores, at most 32");
}

Result<StepRequest> read_names(const Term& term) {
    StepRequest request;
    const Map* map = term.as<Map>();
    if (map == nullptr) return bad_step_request(term, "#{name => Name, hash => Hash}");
    for (const auto& [key, value] : map->pairs) {
        const auto hash = name_of(value);
        if (name_of(key) == "name") {
            auto name = read_name(value);
            if (!name) return std::move(name).error();
            request.name = std::move(*name);
        } else if (name_of(key) == "hash" && hash && is_hash(*hash)) {
            request.hash = *hash;
        } else if (const auto* timeout = value.as<std::int64_t>();
                   name_of(key) == "timeout" && timeout && *timeout > 0) {
            request.timeout_ms = *timeout;
        } else {
            return bad_step_request(term, "#{name => Name, hash => Hash} with a SHA-256 of 64 digits");
        }
    }
    if (request.name.empty() || request.hash.empty()) return bad_step_request(term, "#{name => Name, hash => Hash}");
    return request;
}

} // namespace

Result<StepRequest> read_step_request(std::span<const Term> items) {
    if (items.size() == 3) {
        auto name = read_name(items[2]);
        if (!name) return std::move(name).error();
        return StepRequest{.name = std::move(*name), .hash = {}};
    }
    auto request = read_names(items[2]);
    if (!request) return request;
    const auto source = read_source(items[3]);
    const Bytes* bytes = source ? std::get_if<Bytes>(&*source) : nullptr;
    if (bytes == nullptr || bytes->empty()) return bad_step_request(items[3], "{bytes, Binary} with a translation");
    request->translation = *bytes;
    return request;
}

} // namespace thumbnailer
