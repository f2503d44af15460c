#include "request/request.h"

#include <algorithm>
#include <array>

#include "request/step_request.h"
#include "text/quote.h"

namespace thumbnailer {

namespace {

struct OpSpec {
    std::string_view name;
    Op op;
    std::size_t arity;
    std::string_view shape;
};

constexpr std::array kOps{
    OpSpec{"make", Op::make, 4, "{make, Id, Options, Source}"},
    OpSpec{"probe", Op::probe, 4, "{probe, Id, Options, Source}"},
    OpSpec{"chunk", Op::chunk, 3, "{chunk, Id, Binary | eof}"},
    OpSpec{"cancel", Op::cancel, 2, "{cancel, Id}"},
    OpSpec{"add_step", Op::add_step, 4, "{add_step, Id, #{name => Name, hash => Hash}, {bytes, Binary}}"},
    OpSpec{"remove_step", Op::remove_step, 3, "{remove_step, Id, Name}"},
    OpSpec{"steps", Op::steps, 2, "{steps, Id}"},
    OpSpec{"ping", Op::ping, 2, "{ping, Id}"},
    OpSpec{"stats", Op::stats, 2, "{stats, Id}"},
};

Failure bad_request(std::string message) { return {Reason::bad_request, std::move(message)}; }

// Only an atom: elsewhere a binary may be a name, but here <<"eof">> is three bytes of an image.
bool is_eof(const Term& term) {
    const Atom* atom = term.as<Atom>();
    return atom != nullptr && atom->name == "eof";
}

} // namespace

std::optional<Id> read_id(const Term& term) {
    const auto* items = elements(term);
    if (items == nullptr || items->size() < 2) return std::nullopt;
    const std::int64_t* id = (*items)[1].as<std::int64_t>();
    if (id == nullptr || *id < 0) return std::nullopt;
    return *id;
}

bool announces_stream(const Term& term) {
    const auto* items = elements(term);
    return items != nullptr && items->size() == 4 && name_of(items->back()) == "stream";
}

Failure duplicate_id(Id id) {
    return {Reason::duplicate_id, "the id " + std::to_string(id) + " belongs to a request that is still unanswered"};
}

Result<Request> read_request(const Term& term) {
    const auto* items = elements(term);
    const auto name = items != nullptr && !items->empty() ? name_of(items->front()) : std::nullopt;
    const auto row = std::ranges::find_if(kOps, [&](const OpSpec& spec) { return name == spec.name; });
    if (row == kOps.end()) {
        std::string shapes;
        for (const OpSpec& spec : kOps) shapes.append(shapes.empty() ? "" : ", ").append(spec.shape);
        return bad_request(quote(term) + " is not a request: accepted are " + shapes);
    }
    const auto id = read_id(term);
    if (items->size() != row->arity || !id)
        return bad_request(quote(term) + " is not " + std::string(row->shape) + " with an Id from 0 to 2^63 - 1");
    Request request{.id = *id, .op = row->op, .options = {}, .source = {}};
    if (row->arity == 2) return request;
    if (row->op == Op::chunk) {
        if (is_eof((*items)[2])) return request;
        const Binary* binary = (*items)[2].as<Binary>();
        if (binary == nullptr) return bad_request("the chunk: " + quote((*items)[2]) + " is neither a binary nor eof");
        request.chunk = binary->bytes;
        return request;
    }
    if (row->op == Op::add_step || row->op == Op::remove_step) {
        auto step = read_step_request(*items);
        if (!step) return std::move(step).error();
        request.step = std::move(*step);
        return request;
    }
    auto options = read_request_options((*items)[2], row->op == Op::make);
    if (!options) return std::move(options).error();
    request.options = std::move(*options);
    auto source = read_source((*items)[3]);
    if (!source) return std::move(source).error();
    request.source = std::move(*source);
    return request;
}

} // namespace thumbnailer
