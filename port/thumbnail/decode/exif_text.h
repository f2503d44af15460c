// What cameras write into EXIF for people, as it is told: a date in ISO's form, a maker and a model as one name.
#pragma once

#include <string>

#include "base/bytes.h"

namespace thumbnailer {

struct ExifText {
    std::string taken_at; // by the camera's own clock: 2026-11-20T16:50:00; empty: it does not say
    std::string camera;   // maker and model; empty: it does not say
};

// EXIF's form is 2026:11:20 16:50:00. Empty when it is none.
std::string date_from_exif(std::string text);

// What is not printable text is left out.
std::string camera_from_exif(std::string maker, std::string model);

// From the bytes of an EXIF, from its byte order on.
ExifText read_exif_text(Bytes exif);

} // namespace thumbnailer
