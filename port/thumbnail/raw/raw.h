// Raw files of cameras. The sensor's data is not developed: the picture is the largest of the JPEGs that the camera
// stored in the file.
//
// Layouts: TIFF/EP (ISO 12234-2) and DNG 1.7 (Adobe), and as their readers describe them CR2 and CR3 (L. Clevy,
// https://github.com/lclevy/canon_cr3), NEF, ARW, RW2 and RAF (ExifTool, https://exiftool.org/TagNames).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "thumbnail/geometry/geometry.h"

namespace thumbnailer {

// The contents of a raw file.
struct RawFile {
    std::vector<Bytes> jpegs;     // that it seems to hold, in no order
    bool cut_short = false;       // one more of them is said to be where the file has ended
    std::int32_t orientation = 0; // EXIF, 1 to 8; 0: it does not say
    Size size;                    // of the developed picture, as it is stored; 0 x 0: it does not say
    std::string maker;
    std::string model;
    std::string taken_at; // as EXIF has it
};

// Adds a JPEG of the file.
void add_jpeg(Bytes bytes, std::uint64_t offset, std::uint64_t length, RawFile& file);

struct RawPicture {
    Bytes jpeg;
    Size jpeg_size;
    std::int32_t orientation = 1; // of the JPEG; its own EXIF data does not count
    RawFile file;
};

// Whether the bytes are a raw file of a camera: by a magic number, or as a TIFF with directories that only raw files
// have.
bool is_raw(Bytes source);

// The largest JPEG of 8 bits. Fails with unsupported_format when there is none, with bad_image when the file is cut
// short.
Result<RawPicture> read_raw(Bytes source);

} // namespace thumbnailer
