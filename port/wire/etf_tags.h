// The tags of the external term format, for the encoder and the decoder.
#pragma once

namespace thumbnailer::etf {

inline constexpr unsigned kVersion = 131;

// The tags that a client may send; the encoder uses the newest of each kind.
enum Tag : unsigned {
    kNewFloat = 70,
    kSmallInteger = 97,
    kInteger = 98,
    kAtomLatin1 = 100,
    kSmallTuple = 104,
    kLargeTuple = 105,
    kNil = 106,
    kString = 107,
    kList = 108,
    kBinary = 109,
    kSmallBig = 110,
    kSmallAtomLatin1 = 115,
    kMap = 116,
    kAtomUtf8 = 118,
    kSmallAtomUtf8 = 119,
};

} // namespace thumbnailer::etf
