// The words that a description consists of.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace thumbnailer {

// A lower case letter, then lower case letters, digits and underscores; at most 32 characters.
bool is_step_name(std::string_view word);

// Decimal: digits, perhaps a sign before and a fraction behind.
std::optional<double> number_in(std::string_view word);

// #rrggbb as 0xRRGGBB.
std::optional<double> colour_in(std::string_view word);

std::vector<std::string_view> split(std::string_view text, char at);

// Takes the first word of a line off it, with the space behind it.
std::string_view take_word(std::string_view& line);

} // namespace thumbnailer
