// The tables of test/contract: a line of column names, then rows; columns are separated by tabs, "-" is empty.
// Bytes stand in hex, in groups; 6a*4096 is the group 4096 times.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace thumbnailer::test {

using Row = std::map<std::string, std::string>; // by column name

inline std::vector<std::string> split(const std::string& line, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(line);
    for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
    return parts;
}

// Throws when the file is missing or a row has not as many columns as the first line.
inline std::vector<Row> contract(const std::string& name) {
    const auto path = std::filesystem::path(THUMBNAILER_ROOT) / "test" / "contract" / name;
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) throw std::runtime_error("cannot read " + path.string());
    const std::vector<std::string> columns = split(line, '\t');
    std::vector<Row> rows;
    while (std::getline(file, line)) {
        const std::vector<std::string> cells = split(line, '\t');
        if (cells.size() != columns.size()) throw std::runtime_error(name + ": a row of other columns: " + line);
        Row& row = rows.emplace_back();
        for (std::size_t index = 0; index < cells.size(); ++index)
            row[columns[index]] = cells[index] == "-" ? "" : cells[index];
    }
    return rows;
}

inline std::string from_hex(const std::string& groups) {
    std::string bytes;
    for (const std::string& group : split(groups, ' ')) {
        const std::vector<std::string> parts = split(group, '*');
        std::string once;
        for (std::size_t index = 0; index + 1 < parts.at(0).size(); index += 2)
            once += static_cast<char>(std::stoi(parts[0].substr(index, 2), nullptr, 16));
        for (int times = parts.size() > 1 ? std::stoi(parts[1]) : 1; times > 0; --times) bytes += once;
    }
    return bytes;
}

inline std::string to_hex(std::string_view bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hex += kDigits[byte >> 4];
        hex += kDigits[byte & 15];
    }
    return hex;
}

} // namespace thumbnailer::test
