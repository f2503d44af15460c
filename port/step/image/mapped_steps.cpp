#include "step/image/mapped_steps.h"

#include <string>

namespace thumbnailer {

namespace {

std::string module_of(const StepNote& note) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : note.module) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

} // namespace

Result<Done> MappedSteps::map(std::uint32_t number, std::string_view hash, int sealed) {
    auto image = StepImage::map(sealed);
    if (!image) return std::move(image).error();
    if (const std::string module = module_of(image->note()); module != hash)
        return Failure{Reason::bad_step,
                       "the translation is of the module " + module + ", not of " + std::string(hash)};
    images_.insert_or_assign(number, std::move(*image));
    return Done{};
}

const StepImage* MappedSteps::find(std::uint32_t number) const {
    const auto found = images_.find(number);
    return found == images_.end() ? nullptr : &found->second;
}

} // namespace thumbnailer
