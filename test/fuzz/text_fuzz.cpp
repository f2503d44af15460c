// Text is refused with a line and a column, or it is terms that read the same once they are printed.
#include "codec_fuzz.h"
#include "text/reader/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace thumbnailer;
    // Without files: the fuzzer would find all that there are.
    const auto parsed = text::parse({reinterpret_cast<const char*>(data), size}, nullptr);
    if (!parsed) {
        fuzz::require(parsed.error().message.starts_with("line "));
        return 0;
    }
    for (const Term& term : parsed->terms()) {
        const auto again = text::parse(text::print(term, text::kExact), nullptr);
        fuzz::require(again && again->terms().front() == term);
        text::print(term);
    }
    return 0;
}
