// What a step says of its parameters, and the values that they accept.
#include <cstddef>
#include <cstdint>

#include "step/description/description.h"

using namespace thumbnailer;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto description = StepDescription::parse(text);
    if (!description) return 0;
    for (const StepParameter& parameter : description->parameters) {
        const auto initial = parameter.value_of(parameter.initial_text);
        const auto other = parameter.value_of(text.substr(text.size() / 2));
        static_cast<void>(initial);
        static_cast<void>(other);
    }
    return 0;
}
