// HEIF files for tests, put together by hand: the boxes that a reader looks at, with data that no decoder has seen.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer::test {

// Big endian.
inline std::string big(std::uint64_t value, std::size_t width) {
    std::string bytes(width, '\0');
    for (std::size_t index = width; index-- > 0; value >>= 8) bytes[index] = static_cast<char>(value & 255);
    return bytes;
}

inline std::string iso_box(const std::string& type, const std::string& contents) {
    return big(8 + contents.size(), 4) + type + contents;
}
inline std::string iso_full_box(const std::string& type, const std::string& contents, std::uint64_t version = 0,
                                std::uint64_t flags = 0) {
    return iso_box(type, big(version, 1) + big(flags, 3) + contents);
}

inline std::string ispe(Size size) {
    return iso_full_box("ispe", big(static_cast<std::uint64_t>(size.width), 4) +
                                    big(static_cast<std::uint64_t>(size.height), 4));
}
inline std::string irot(int quarters) { return iso_box("irot", big(static_cast<std::uint64_t>(quarters), 1)); }
inline std::string imir(int axis) { return iso_box("imir", big(static_cast<std::uint64_t>(axis), 1)); }
inline std::string clap(std::vector<std::int64_t> numbers) {
    std::string contents;
    for (const std::int64_t number : numbers) contents += big(static_cast<std::uint32_t>(number), 4);
    return iso_box("clap", contents);
}

struct TestItem {
    std::string type = "hvc1";
    std::string data = "data";
    std::vector<std::string> properties = {};
    std::vector<std::pair<std::string, std::vector<std::uint64_t>>> references = {};
    bool hidden = false;
    bool essential = false; // all of its properties
};

// The items have the numbers 1, 2, ... Their data stand in the meta box.
inline std::string heif_meta(const std::vector<TestItem>& items, std::uint64_t primary = 1) {
    std::string infos, places, properties, associations, references, data;
    std::uint64_t property = 0;
    for (std::size_t index = 0; index < items.size(); ++index) {
        const TestItem& item = items[index];
        const std::string id = big(index + 1, 2);
        infos += iso_full_box("infe", id + big(0, 2) + item.type + std::string(1, '\0'), 2, item.hidden ? 1 : 0);
        places += id + big(1, 2) + big(0, 2) + big(1, 2) + big(data.size(), 4) + big(item.data.size(), 4);
        data += item.data;
        associations += id + big(item.properties.size(), 1);
        for (const std::string& each : item.properties) {
            properties += each;
            associations += big(++property | (item.essential ? 0x80 : 0), 1);
        }
        for (const auto& [type, targets] : item.references) {
            std::string all = id + big(targets.size(), 2);
            for (const std::uint64_t target : targets) all += big(target, 2);
            references += iso_box(type, all);
        }
    }
    return iso_full_box(
        "meta",
        iso_full_box("pitm", big(primary, 2)) +
            iso_full_box("iloc", big(0x44, 1) + big(0, 1) + big(items.size(), 2) + places, 1) +
            iso_full_box("iinf", big(items.size(), 2) + infos) + iso_full_box("iref", references) +
            iso_box("iprp", iso_box("ipco", properties) + iso_full_box("ipma", big(items.size(), 4) + associations)) +
            iso_box("idat", data));
}

inline std::string grid_data(int rows, int columns, Size size) {
    return big(0, 2) + big(static_cast<std::uint64_t>(rows - 1), 1) + big(static_cast<std::uint64_t>(columns - 1), 1) +
           big(static_cast<std::uint64_t>(size.width), 2) + big(static_cast<std::uint64_t>(size.height), 2);
}

} // namespace thumbnailer::test
