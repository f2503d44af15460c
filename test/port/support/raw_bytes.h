// Raw files for tests, after the published layouts: what a reader of previews looks at, and no sample of a sensor.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "thumbnail/geometry/geometry.h"

namespace thumbnailer::test {

inline std::string number(std::uint64_t value, std::size_t width, bool little) {
    std::string bytes(width, '\0');
    for (std::size_t index = 0; index < width; ++index)
        bytes[little ? index : width - 1 - index] = static_cast<char>(value >> 8 * index & 255);
    return bytes;
}

inline std::string segment(char marker, const std::string& contents) {
    return std::string{'\xff', marker} + number(contents.size() + 2, 2, false) + contents;
}

// The header of a JPEG, with a scan that has nothing in it.
inline std::string jpeg_header(Size size, char frame = '\xc0', int precision = 8, const std::string& before = "") {
    return "\xff\xd8" + before +
           segment(frame, number(static_cast<std::uint64_t>(precision), 1, false) +
                              number(static_cast<std::uint64_t>(size.height), 2, false) +
                              number(static_cast<std::uint64_t>(size.width), 2, false) +
                              std::string("\3\1\x22\0\2\x11\0\3\x11\0", 10)) +
           "\xff\xda....\xff\xd9";
}

// A tag with its values, or with the text or the part of the file that it points to.
struct Tag {
    std::uint64_t tag;
    std::uint64_t type; // 2: text, 3: 16 bits, 4: 32 bits, 7: bytes
    std::vector<std::uint64_t> values = {};
    std::string text = {};
    // Instead of values: where the parts stand, by their names in `parts`, or `#` and the number of a directory.
    std::vector<std::string> places = {};
};
using Directory = std::vector<Tag>;

// The directories, those with a place in `chain` one after another; then the values, then the parts.
inline std::string tiff(bool little, const std::vector<Directory>& directories,
                        const std::map<std::string, std::string>& parts, std::size_t chain = 1,
                        std::uint64_t magic = 42, const std::string& after_header = "") {
    const auto width = [](const Tag& tag) { return tag.type == 3 ? 2U : tag.type == 4 ? 4U : 1U; };
    std::vector<std::uint64_t> places;
    std::uint64_t end = 8 + after_header.size();
    for (const Directory& directory : directories) {
        places.push_back(end);
        end += 2 + 12 * directory.size() + 4;
    }
    std::string values;
    std::map<std::string, std::uint64_t> part_places;
    const auto build = [&] {
        std::string file =
            (little ? "II" : "MM") + number(magic, 2, little) + number(places[0], 4, little) + after_header;
        values.clear();
        for (std::size_t index = 0; index < directories.size(); ++index) {
            file += number(directories[index].size(), 2, little);
            for (const Tag& tag : directories[index]) {
                std::string bytes = tag.text;
                std::vector<std::uint64_t> all = tag.values;
                for (const std::string& place : tag.places)
                    all.push_back(place[0] == '#' ? places[static_cast<std::size_t>(place[1] - '0')]
                                                  : part_places[place]);
                for (const std::uint64_t value : all) bytes += number(value, width(tag), little);
                const std::size_t count = bytes.size() / width(tag);
                file += number(tag.tag, 2, little) + number(tag.type, 2, little) + number(count, 4, little);
                if (bytes.size() <= 4) {
                    file += bytes + std::string(4 - bytes.size(), '\0');
                } else {
                    file += number(end + values.size(), 4, little);
                    values += bytes;
                }
            }
            const bool more = index + 1 < chain && index + 1 < directories.size();
            file += number(more ? places[index + 1] : 0, 4, little);
        }
        return file;
    };
    build(); // how many values there are decides where the parts stand
    std::uint64_t at = end + values.size();
    for (const auto& [name, part] : parts) {
        part_places[name] = at;
        at += part.size();
    }
    std::string file = build() + values;
    for (const auto& [name, part] : parts) file += part;
    return file;
}

inline Tag orientation_tag(int orientation) { return {0x112, 3, {static_cast<std::uint64_t>(orientation)}}; }
inline std::string zero_ended(const std::string& text) { return text + std::string(1, '\0'); }

// The first directory has 8 x 8 pixels, the second the samples, the third a preview as a JPEG in a strip.
inline std::string dng(int orientation, const std::string& preview = jpeg_header({1024, 768})) {
    return tiff(
        true,
        {{{0x100, 4, {8}},
          {0x101, 4, {8}},
          {0x103, 3, {1}},
          {0x106, 3, {2}},
          {0x10f, 2, {}, zero_ended("Maker ")},
          {0x110, 2, {}, zero_ended("Model 1")},
          orientation_tag(orientation),
          {0x14a, 4, {}, {}, {"#1", "#2"}},
          {0x8769, 4, {}, {}, {"#3"}},
          {0xc612, 1, {1, 4, 0, 0}}},
         {{0x100, 4, {4032}}, {0x101, 4, {3024}}, {0x103, 3, {7}}, {0x106, 3, {32803}}, {0xc620, 4, {4000, 3000}}},
         {{0x100, 4, {1024}},
          {0x101, 4, {768}},
          {0x103, 3, {7}},
          {0x106, 3, {6}},
          {0x111, 4, {}, {}, {"preview"}},
          {0x117, 4, {preview.size()}}},
         {{0x9003, 2, {}, zero_ended("2026:11:20 16:50:00")}}},
        {{"preview", preview}});
}

inline std::string cr2(int orientation) {
    const std::string full = jpeg_header({5184, 3456});
    const std::string small = jpeg_header({160, 120});
    return tiff(true,
                {{{0x100, 3, {5184}},
                  {0x101, 3, {3456}},
                  {0x103, 3, {6}},
                  {0x111, 4, {}, {}, {"z full"}},
                  orientation_tag(orientation),
                  {0x117, 4, {full.size()}}},
                 {{0x201, 4, {}, {}, {"small"}}, {0x202, 4, {small.size()}}}},
                {{"z full", full}, {"small", small}}, 2, 42, std::string("CR\2\0\0\0\0\0", 8));
}

inline std::string nef(int orientation, const std::string& preview = jpeg_header({4288, 2848})) {
    const std::string small = jpeg_header({160, 120});
    return tiff(false,
                {{{0x100, 4, {160}},
                  {0x101, 4, {120}},
                  {0x103, 3, {1}},
                  {0x106, 3, {2}},
                  orientation_tag(orientation),
                  {0x14a, 4, {}, {}, {"#1", "#2", "#3"}}},
                 {{0x103, 3, {6}}, {0x201, 4, {}, {}, {"z preview"}}, {0x202, 4, {preview.size()}}},
                 {{0x100, 4, {4320}}, {0x101, 4, {2868}}, {0x103, 3, {34713}}, {0x106, 3, {32803}}},
                 {{0x103, 3, {6}}, {0x201, 4, {}, {}, {"small"}}, {0x202, 4, {small.size()}}}},
                {{"z preview", preview}, {"small", small}});
}

inline std::string arw(int orientation) {
    const std::string preview = jpeg_header({1616, 1080});
    const std::string small = jpeg_header({160, 120});
    return tiff(true,
                {{{0x103, 3, {6}},
                  orientation_tag(orientation),
                  {0x14a, 4, {}, {}, {"#2"}},
                  {0x201, 4, {}, {}, {"z preview"}},
                  {0x202, 4, {preview.size()}}},
                 {{0x103, 3, {6}}, {0x201, 4, {}, {}, {"small"}}, {0x202, 4, {small.size()}}},
                 {{0x100, 4, {6048}}, {0x101, 4, {4024}}, {0x103, 3, {32767}}, {0x106, 3, {32803}}}},
                {{"z preview", preview}, {"small", small}}, 2);
}

inline std::string rw2(int orientation) {
    return tiff(true,
                {{{0x2, 3, {4816}},
                  {0x3, 3, {3464}},
                  {0x4, 3, {4}},
                  {0x5, 3, {8}},
                  {0x6, 3, {3452}},
                  {0x7, 3, {4600}},
                  {0x2e, 7, {}, jpeg_header({1920, 1440})},
                  orientation_tag(orientation)}},
                {}, 1, 0x55);
}

inline std::string raf(int orientation) {
    const std::string exif =
        segment('\xe1', std::string("Exif\0\0", 6) + tiff(true, {{orientation_tag(orientation)}}, {}));
    const std::string jpeg = jpeg_header({1920, 1280}, '\xc0', 8, exif);
    const std::string list = number(2, 4, false) + number(0x100, 2, false) + number(4, 2, false) + "...." +
                             number(0x111, 2, false) + number(4, 2, false) + number(4032, 2, false) +
                             number(6032, 2, false);
    std::string header = "FUJIFILMCCD-RAW 0201FF383501" + std::string("X-T0") + std::string(28, '\0') + "0100";
    header.resize(84, '\0');
    return header + number(100 + list.size(), 4, false) + number(jpeg.size(), 4, false) + number(100, 4, false) +
           number(list.size(), 4, false) + list + jpeg;
}

inline std::string box(const std::string& type, const std::string& contents) {
    return number(8 + contents.size(), 4, false) + type + contents;
}

inline std::string cr3(int orientation, bool with_track) {
    const std::string full = jpeg_header({6000, 4000});
    const std::string preview = jpeg_header({1620, 1080});
    const std::string small = jpeg_header({160, 120});
    const std::string metadata =
        "\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48" +
        box("CMT1", tiff(true, {{{0x100, 3, {6000}}, {0x101, 3, {4000}}, orientation_tag(orientation)}}, {})) +
        box("CMT2", tiff(true, {{{0x9003, 2, {}, zero_ended("2026:11:20 16:50:00")}}}, {})) +
        box("THMB", std::string("\0\0\0\0\0\xa0\0\x78", 8) + number(small.size(), 4, false) +
                        std::string("\0\1\0\0", 4) + small);
    const std::string previews =
        "\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16" + std::string("\0\0\0\0\0\0\0\1", 8) +
        box("PRVW", std::string("\0\0\0\0\0\1\6\x54\4\x38\0\1", 12) + number(preview.size(), 4, false) + preview);
    const auto track = [&](std::uint64_t offset) {
        return box(
            "trak",
            box("mdia",
                box("minf",
                    box("stbl",
                        box("stsz", std::string(4, '\0') + number(full.size(), 4, false) + number(1, 4, false)) +
                            box("co64", std::string(4, '\0') + number(1, 4, false) + number(offset, 8, false))))));
    };
    const auto file = [&](std::uint64_t offset) {
        return box("ftyp", std::string("crx \0\0\0\1crx isom", 16)) +
               box("moov", box("uuid", metadata) + (with_track ? track(offset) : "")) + box("uuid", previews) +
               number(8 + full.size(), 4, false) + "mdat";
    };
    return file(file(0).size()) + full;
}

} // namespace thumbnailer::test
