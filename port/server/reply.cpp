#include "server/reply.h"

#include <algorithm>

#include "job/format.h"
#include "text/printable.h"

namespace thumbnailer {

namespace {

Payload encoded(const Codec& codec, const Term& term) {
    Payload payload;
    codec.encode(term, payload);
    return payload;
}

Payload ok(const Codec& codec, Id id, Map map) {
    return encoded(codec, tuple(atom("ok"), integer(id), std::move(map)));
}

Map error_map(const Failure& failure) {
    Map map;
    map.put("reason", atom(name_of(failure.reason)));
    map.put("message", binary(failure.message));
    if (!failure.option.empty()) map.put("option", atom(failure.option));
    if (failure.limit) map.put("limit", integer(*failure.limit));
    if (!failure.signal.empty()) map.put("signal", atom(failure.signal));
    if (!failure.system_call.empty()) map.put("system_call", binary(failure.system_call));
    if (failure.exit_status) map.put("exit_status", integer(*failure.exit_status));
    if (!failure.step.empty()) map.put("step", binary(failure.step));
    if (failure.step_fault) map.put("fault", atom(name_of(*failure.step_fault)));
    if (!failure.diagnostics.empty()) map.put("stderr", binary(failure.diagnostics));
    return map;
}

Term text_or_nil(std::string_view text) { return text.empty() ? atom("nil") : binary(text); }

// `camera` as it may be shown; it outlives the map.
Map probe_map(const Header& header, std::string_view camera) {
    Map map;
    map.put("format", atom(name_of(header.format)));
    map.put("width", integer(header.width()));
    map.put("height", integer(header.height()));
    map.put("raw_width", integer(header.raw_width));
    map.put("raw_height", integer(header.raw_height));
    map.put("orientation", integer(header.orientation));
    map.put("pages", integer(header.pages));
    map.put("frames", integer(header.frames));
    map.put("duration", integer(header.duration_ms));
    map.put("bands", integer(header.bands));
    map.put("alpha", boolean(header.alpha != 0));
    map.put("depth", integer(header.depth));
    map.put("colour_space", binary(text_in(header.colour_space)));
    map.put("profile", boolean(header.profile != 0));
    map.put("preview", boolean(header.preview != 0));
    map.put("taken_at", text_or_nil(text_in(header.taken_at)));
    map.put("camera", text_or_nil(camera));
    return map;
}

Map source_map(const Header& header) {
    Map map;
    map.put("format", atom(name_of(header.format)));
    map.put("width", integer(header.width()));
    map.put("height", integer(header.height()));
    return map;
}

Map output_map(const OutputResult& output_result) {
    Map map;
    map.put("format", atom(name_of(output_result.format)));
    map.put("width", integer(output_result.width));
    map.put("height", integer(output_result.height));
    map.put("bytes", integer(static_cast<std::int64_t>(output_result.size)));
    return map;
}

// `failure` lives as long as the term, which borrows its message.
Term output_term(const Task& task, TaskOutput& output, const OutputResult& made, Bytes memory, Failure& failure) {
    const auto failed = [&](Failure why) {
        failure = std::move(why);
        return tuple(atom("error"), error_map(failure));
    };
    if (output.failure) return failed(*output.failure);
    if (made.made == 0) return failed(task.with_step(from_wire(made.failure)));
    Map map = output_map(made);
    if (made.placeholder_size != 0)
        map.put("placeholder", Binary{memory.subspan(made.placeholder_offset, made.placeholder_size)});
    if (!output.file) {
        map.put("data", Binary{memory.subspan(made.offset, made.size)});
        return tuple(atom("ok"), std::move(map));
    }
    if (auto committed = output.file->commit(); !committed) return failed(std::move(committed).error());
    map.put("path", binary(output.file->path()));
    return tuple(atom("ok"), std::move(map));
}

// As a worker wrote them.
std::vector<std::string> lines_in(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        lines.push_back(printable(line));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return lines;
}

Map step_map(const LoadedStep& step) {
    Map map;
    map.put("name", binary(step.name));
    map.put("hash", binary(step.hash));
    map.put("description", binary(step.description));
    map.put("bytes", integer(static_cast<std::int64_t>(step.bytes)));
    map.put("disabled", boolean(step.disabled));
    return map;
}

} // namespace

Payload pong(const Codec& codec, Id id) { return ok(codec, id, Map{}); }

Payload stats_reply(const Codec& codec, Id id, const Stats& stats) {
    Map map;
    map.put("workers", integer(stats.workers));
    map.put("busy", integer(stats.busy));
    map.put("queued", integer(stats.queued));
    map.put("streams", integer(stats.streams));
    map.put("served", integer(stats.counters.served));
    map.put("failed", integer(stats.counters.failed));
    map.put("crashed", integer(stats.counters.crashed));
    map.put("timed_out", integer(stats.counters.timed_out));
    map.put("cancelled", integer(stats.counters.cancelled));
    map.put("forked", integer(stats.forked));
    Map memory;
    memory.put("server", integer(stats.server_memory));
    memory.put("workers", integer(stats.worker_memory));
    map.put("memory", std::move(memory));
    return ok(codec, id, std::move(map));
}

Payload event_frame(const Codec& codec, const WorkerEvent& event) {
    Map map;
    map.put("os_pid", integer(event.pid));
    map.put("made", integer(event.made));
    if (!event.why.empty()) map.put("reason", atom(event.why));
    if (event.exit && event.exit->signal.empty()) map.put("exit_status", integer(event.exit->exit_status));
    if (event.exit && !event.exit->signal.empty()) map.put("signal", atom(event.exit->signal));
    return encoded(codec, tuple(atom("event"), atom(event.name), std::move(map)));
}

Payload log_event(const Codec& codec, const LogLine& line) {
    Map map;
    map.put("level", atom(line.level));
    map.put("os_pid", integer(line.pid));
    map.put("message", binary(line.message));
    return encoded(codec, tuple(atom("event"), atom("log"), std::move(map)));
}

Payload step_disabled_event(const Codec& codec, const LoadedStep& step) {
    Map map;
    map.put("name", binary(step.name));
    map.put("hash", binary(step.hash));
    map.put("kills", integer(step.kills));
    return encoded(codec, tuple(atom("event"), atom("step_disabled"), std::move(map)));
}

Payload step_reply(const Codec& codec, Id id, const LoadedStep& step) { return ok(codec, id, step_map(step)); }

Payload removed_reply(const Codec& codec, Id id) { return ok(codec, id, Map{}); }

Payload steps_reply(const Codec& codec, Id id, const StepRegistry& steps) {
    List list;
    for (const auto& step : steps.published()) list.items.push_back(step_map(*step));
    Map map;
    map.put("steps", std::move(list));
    return ok(codec, id, std::move(map));
}

Payload error_reply(const Codec& codec, std::optional<Id> id, const Failure& failure) {
    return encoded(codec, tuple(atom("error"), id ? integer(*id) : atom("nil"), error_map(failure)));
}

Payload result_reply(const Codec& codec, Task& task, const JobResult& job_result) {
    if (job_result.failed != 0) return error_reply(codec, task.id, task.with_step(from_wire(job_result.failure)));
    if (task.job.probe) {
        const std::string camera = printable(text_in(job_result.header.camera));
        return ok(codec, task.id, probe_map(job_result.header, camera));
    }
    const Bytes memory = task.made.bytes();
    std::vector<Failure> failures(task.outputs.size());
    List outputs;
    for (std::size_t index = 0; index < task.outputs.size(); ++index)
        outputs.items.push_back(output_term(task, task.outputs[index], job_result.outputs[task.outputs[index].index],
                                            memory, failures[index]));
    const std::vector<std::string> warnings = lines_in(text_in(job_result.warnings));
    Map map;
    map.put("source", source_map(job_result.header));
    map.put("outputs", std::move(outputs));
    if (!warnings.empty()) map.put("warnings", binaries(warnings));
    Payload payload;
    payload.keep(task.made.memory, memory);
    codec.encode(tuple(atom("ok"), integer(task.id), std::move(map)), payload);
    return payload;
}

} // namespace thumbnailer
