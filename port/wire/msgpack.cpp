#include "wire/msgpack.h"

// Without it Debian's 4.1.3 needs Boost, for types that are not used here.
#define MSGPACK_NO_BOOST
#include <msgpack.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <exception>
#include <limits>
#include <optional>
#include <string>

#include "base/term_limits.h"
#include "base/utf8.h"

// In thumbnailer::msgpack the plain name refers to our own namespace.
namespace wire = ::msgpack;

namespace thumbnailer::msgpack {

namespace {

// The number of bytes before the contents of a value, or of a number, by its first byte.
std::size_t head_bytes(std::byte first) {
    constexpr unsigned kFirst = 0xC4;
    constexpr std::array<std::uint8_t, 28> kBytes{2, 3, 5,                // bin
                                                  3, 4, 6,                // ext
                                                  5, 9,                   // float
                                                  2, 3, 5, 9, 2, 3, 5, 9, // uint, int
                                                  2, 2, 2, 2, 2,          // fixext
                                                  2, 3, 5,                // str
                                                  3, 5, 3, 5};            // array, map
    const auto tag = static_cast<unsigned>(first);
    return tag >= kFirst && tag < kFirst + kBytes.size() ? kBytes[tag - kFirst] : 1;
}

// msgpack-c calls it for every value. It builds the terms, because msgpack-c would allocate as many objects as a count
// announces before it reads the first one.
class TermVisitor : public wire::null_visitor {
public:
    explicit TermVisitor(Bytes payload) : payload_(payload) {}

    bool visit_nil() { return value(Atom{"nil"}); }
    bool visit_boolean(bool truth) { return value(boolean(truth)); }
    bool visit_positive_integer(std::uint64_t number) {
        if (number > std::numeric_limits<std::int64_t>::max())
            return refuse(std::to_string(number) + " is beyond a signed 64-bit integer");
        return value(static_cast<std::int64_t>(number));
    }
    bool visit_negative_integer(std::int64_t number) { return value(number); }
    bool visit_float32(float number) { return visit_float64(number); }
    bool visit_float64(double number) {
        if (!std::isfinite(number)) return refuse("a float that is not finite");
        return value(number);
    }
    bool visit_str(const char* text, std::uint32_t size) {
        if (first_fault_in_utf8({text, size})) return refuse("a str that is not UTF-8; bytes are sent as bin");
        return value(Atom{{text, size}}, size);
    }
    bool visit_bin(const char* bytes, std::uint32_t size) { return value(Binary{bytes_of({bytes, size})}, size); }
    bool visit_ext(const char*, std::uint32_t) { return refuse("an ext value"); }

    bool start_array(std::uint32_t count) { return open(Kind::array, count); }
    bool start_map(std::uint32_t count) { return open(Kind::map, std::uint64_t{count} * 2); }
    bool end_array() {
        List list{std::move(open_.back().items)};
        open_.pop_back();
        return add(std::move(list));
    }
    bool end_map() {
        Map map;
        std::vector<Term>& items = open_.back().items;
        for (std::size_t index = 0; index < items.size(); index += 2)
            map.pairs.emplace_back(std::move(items[index]), std::move(items[index + 1]));
        if (has_duplicate_key(map)) return refuse("a key stands twice in the map", open_.back().begin);
        open_.pop_back();
        return add(std::move(map));
    }

    void parse_error(std::size_t, std::size_t) { refuse("no value begins with 0xc1"); }
    void insufficient_bytes(std::size_t, std::size_t) {
        refuse(payload_.empty() ? "the payload is empty" : "the value is cut short");
    }

    // The term, after msgpack-c has read `consumed` bytes and found a complete value or stopped.
    Result<Term> finish(std::size_t consumed) && {
        if (!failure_ && consumed < payload_.size()) {
            position_ = consumed;
            refuse(std::to_string(payload_.size() - consumed) + " bytes follow the value");
        }
        if (failure_) return *std::move(failure_);
        return *std::move(root_);
    }
    bool refuse(const std::string& what) { return refuse(what, position_); }

private:
    enum class Kind : std::uint8_t { array, map };
    struct Open {
        std::size_t begin;
        std::vector<Term> items; // of a map: key, value, key, value, ...
    };

    // A value with `content` bytes after its header.
    bool value(Term term, std::size_t content = 0) {
        if (!enter()) return false;
        position_ += head_bytes(payload_[position_]) + content;
        return add(std::move(term));
    }

    bool open(Kind kind, std::uint64_t items) {
        if (!enter()) return false;
        const std::size_t head = head_bytes(payload_[position_]);
        // Every value has at least one byte, so such a count is invalid: refuse it before allocation.
        if (items > payload_.size() - position_ - head) {
            const std::string count =
                kind == Kind::array ? std::to_string(items) + " elements" : std::to_string(items / 2) + " pairs";
            return refuse("a count of " + count + " is more than the bytes left");
        }
        if (items > kMaxNodes - nodes_) return too_many();
        open_.push_back({position_, {}});
        open_.back().items.reserve(items);
        position_ += head;
        return true;
    }

    bool enter() {
        if (open_.size() >= kMaxDepth) return refuse("nested deeper than " + std::to_string(kMaxDepth) + " levels");
        return ++nodes_ <= kMaxNodes || too_many();
    }
    bool too_many() { return refuse("more than " + std::to_string(kMaxNodes) + " values in one"); }

    bool add(Term term) {
        if (open_.empty())
            root_ = std::move(term);
        else
            open_.back().items.push_back(std::move(term));
        return true;
    }

    // Keeps the first error. Always returns false, which stops msgpack-c.
    bool refuse(const std::string& what, std::size_t at) {
        if (!failure_) failure_ = {Reason::bad_term, "MessagePack: " + what + " (at byte " + std::to_string(at) + ")"};
        return false;
    }

    Bytes payload_;
    std::size_t position_ = 0; // of the current value
    std::size_t nodes_ = 0;
    std::vector<Open> open_;
    std::optional<Term> root_;
    std::optional<Failure> failure_;
};

// The output of wire::packer.
struct PayloadStream {
    Payload& payload;
    void write(const char* bytes, std::size_t size) { payload.append(bytes_of({bytes, size})); }
};

class Encoder {
public:
    explicit Encoder(Payload& payload) : payload_(payload), stream_{payload}, packer_(stream_) {}

    void operator()(const Atom& atom) {
        if (atom.name == "nil") {
            packer_.pack_nil();
        } else if (atom.name == "true") {
            packer_.pack_true();
        } else if (atom.name == "false") {
            packer_.pack_false();
        } else {
            packer_.pack_str(size_of(atom.name.size()));
            payload_.append(bytes_of(atom.name));
        }
    }
    void operator()(std::int64_t number) { packer_.pack_int64(number); }
    // Not pack_double, because it writes 2.0 as the integer 2, and the client would get another type.
    void operator()(double number) {
        const auto bits = std::bit_cast<std::uint64_t>(number);
        std::array<std::byte, 9> bytes{std::byte{0xCB}};
        for (std::size_t index = 1; index < bytes.size(); ++index)
            bytes[index] = static_cast<std::byte>(bits >> 8 * (bytes.size() - 1 - index));
        payload_.append(bytes);
    }
    void operator()(const Binary& binary) {
        packer_.pack_bin(size_of(binary.bytes.size()));
        payload_.append_binary(binary.bytes);
    }
    void operator()(const List& list) { array(list.items); }
    void operator()(const Tuple& tuple) { array(tuple.items); }
    void operator()(const Map& map) {
        packer_.pack_map(size_of(map.pairs.size()));
        for (const auto& [key, value] : map.pairs) {
            std::visit(*this, key.value);
            std::visit(*this, value.value);
        }
    }

private:
    void array(const std::vector<Term>& items) {
        packer_.pack_array(size_of(items.size()));
        for (const Term& item : items) std::visit(*this, item.value);
    }
    // The sizes are those of a request, at most --max-request-bytes and so below 4 GiB, or of results, which the
    // sandbox limits to 512 MiB (sandbox/sandbox.cpp).
    static std::uint32_t size_of(std::size_t size) { return static_cast<std::uint32_t>(size); }

    Payload& payload_;
    PayloadStream stream_;
    wire::packer<PayloadStream> packer_;
};

} // namespace

Result<Term> decode(Bytes payload) try {
    const std::string_view text = text_of(payload);
    TermVisitor visitor(payload);
    std::size_t consumed = 0;
    wire::parse(text.data(), text.size(), consumed, visitor);
    return std::move(visitor).finish(consumed);
} catch (const std::exception& exception) {
    return Failure{Reason::internal, std::string("MessagePack: ") + exception.what()};
}

void encode(const Term& term, Payload& payload) {
    Encoder encoder(payload);
    std::visit(encoder, term.value);
}

} // namespace thumbnailer::msgpack
