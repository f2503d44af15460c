#include "step/translate/module_hash.h"

#include <nettle/sha2.h>

namespace thumbnailer {

ModuleHash hash_of(Bytes module) {
    sha256_ctx context;
    sha256_init(&context);
    sha256_update(&context, module.size(), reinterpret_cast<const std::uint8_t*>(module.data()));
    ModuleHash hash;
    sha256_digest(&context, hash.size(), hash.data());
    return hash;
}

std::string hex_of(const ModuleHash& hash) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : hash) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

} // namespace thumbnailer
