#include "thumbnail/vips/vips_errors.h"

#include <algorithm>
#include <string_view>

namespace thumbnailer {

namespace {

// What a loader's search for the end of a file leaves in the buffer, a dozen times, also of a file without a fault.
bool is_of_search(std::string_view line) { return line.starts_with("source: bad seek"); }

struct Line {
    std::string text;
    int times = 1;
};

std::vector<Line> lines_of(std::string_view buffer) {
    std::vector<Line> lines;
    while (!buffer.empty()) {
        const std::string_view text = buffer.substr(0, buffer.find('\n'));
        buffer.remove_prefix(std::min(buffer.size(), text.size() + 1));
        const auto same = std::ranges::find(lines, text, &Line::text);
        if (same != lines.end())
            ++same->times;
        else if (!text.empty() && !is_of_search(text))
            lines.push_back({std::string(text)});
    }
    return lines;
}

} // namespace

std::vector<std::string> take_vips_lines() {
    std::vector<Line> lines = lines_of(vips_error_buffer());
    vips_error_clear();
    std::vector<std::string> told;
    told.reserve(lines.size());
    for (Line& line : lines)
        told.push_back(line.times == 1 ? std::move(line.text)
                                       : line.text + " (" + std::to_string(line.times) + " times)");
    return told;
}

std::string take_vips_message() {
    std::string message;
    for (const std::string& line : take_vips_lines()) message += (message.empty() ? "" : "; ") + line;
    return message.empty() ? "the file ends before the place that it points to" : message;
}

} // namespace thumbnailer
