// The opposite of each colour.
#include "../step.h"

const char* step_describe() {
    return "step/1 negative 1.0.0 The opposite of each colour\n";
}

const char* step_run(const uint8_t* source, uint8_t* result, int32_t width, int32_t height, const double* parameters) {
    for (size_t at = 0; at < (size_t)width * (size_t)height * 4; ++at)
        result[at] = at % 4 == 3 ? source[at] : 255 - source[at];
    return nullptr;
}
