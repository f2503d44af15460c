#include "step/description/words.h"

#include <algorithm>
#include <charconv>

namespace thumbnailer {

namespace {

constexpr std::size_t kLongestName = 32;

bool is_digit(char each) { return each >= '0' && each <= '9'; }
bool is_lower(char each) { return each >= 'a' && each <= 'z'; }

bool all_digits(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

} // namespace

bool is_step_name(std::string_view word) {
    return !word.empty() && word.size() <= kLongestName && is_lower(word[0]) &&
           std::ranges::all_of(word, [](char each) { return is_lower(each) || is_digit(each) || each == '_'; });
}

std::optional<double> number_in(std::string_view word) {
    std::string_view digits = word;
    if (digits.starts_with('-')) digits.remove_prefix(1);
    const std::size_t point = digits.find('.');
    const bool written = all_digits(digits.substr(0, point)) &&
                         (point == std::string_view::npos || all_digits(digits.substr(point + 1)));
    double value = 0;
    if (!written || word.size() > kLongestName) return std::nullopt;
    const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
    if (read.ec != std::errc() || read.ptr != word.data() + word.size()) return std::nullopt;
    return value;
}

std::optional<double> colour_in(std::string_view word) {
    unsigned value = 0;
    if (word.size() != 7 || word[0] != '#') return std::nullopt;
    const auto read = std::from_chars(word.data() + 1, word.data() + word.size(), value, 16);
    if (read.ec != std::errc() || read.ptr != word.data() + word.size()) return std::nullopt;
    return value;
}

std::vector<std::string_view> split(std::string_view text, char at) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string_view take_word(std::string_view& line) {
    const std::size_t end = line.find(' ');
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    return word;
}

} // namespace thumbnailer
