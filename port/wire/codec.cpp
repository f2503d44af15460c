#include "wire/codec.h"

#include <algorithm>
#include <array>

#include "wire/etf.h"
#include "wire/msgpack.h"

namespace thumbnailer {

namespace {

constexpr std::array kCodecs{
    Codec{"etf", etf::decode, etf::encode},
    Codec{"msgpack", msgpack::decode, msgpack::encode},
};

} // namespace

const Codec* codec_named(std::string_view name) {
    const auto row = std::ranges::find(kCodecs, name, &Codec::name);
    return row == kCodecs.end() ? nullptr : &*row;
}

const Codec& etf_codec() { return kCodecs.front(); }

std::string codec_names() {
    std::string names;
    for (const Codec& codec : kCodecs) names.append(names.empty() ? "" : ", ").append(codec.name);
    return names;
}

} // namespace thumbnailer
