#include "server/hello.h"

#include <unistd.h>

#include "job/format.h"

namespace thumbnailer {

namespace {

List names_of(FormatSet formats) {
    List names;
    for (const FormatSpec& spec : kFormats)
        if (formats.has(spec.format)) names.items.push_back(atom(spec.name));
    return names;
}

Map sandbox_map(const SandboxStatus& status) {
    Map map;
    map.put("mode", atom(kSandboxModes[static_cast<std::size_t>(status.mode)]));
    map.put("seccomp", boolean(status.seccomp));
    map.put("landlock", integer(status.landlock));
    map.put("server", boolean(status.server));
    map.put("open_denied", boolean(status.open_denied));
    map.put("socket_denied", boolean(status.socket_denied));
    map.put("exec_denied", boolean(status.exec_denied));
    map.put("memory", boolean(status.memory));
    map.put("complete", boolean(status.complete()));
    return map;
}

// Of every format: whether this program reads it, whether it would without --loaders, what reads it, whether it is
// written.
List formats_table(FormatSet loaders) {
    List rows;
    for (const FormatSpec& spec : kFormats) {
        Map row;
        row.put("name", atom(spec.name));
        row.put("read", boolean(loaders.has(spec.format)));
        row.put("by_default", boolean(spec.loads == Loads::always));
        row.put("read_with", atom(name_of(reader_of(spec))));
        row.put("written", boolean(spec.saves));
        rows.items.push_back(std::move(row));
    }
    return rows;
}

Map limits_of(const Config& config) {
    Map limits;
    limits.put("max_request_bytes", integer(config.max_request_bytes));
    limits.put("max_reply_bytes", integer(config.max_reply_bytes));
    limits.put("max_source_bytes", integer(config.max_source_bytes));
    limits.put("max_memory", integer(config.max_memory));
    limits.put("max_step_memory", integer(config.max_step_memory));
    limits.put("disable_step_after", integer(config.disable_step_after));
    limits.put("poison_after", integer(config.poison_after));
    limits.put("poison_for", integer(config.poison_for_ms));
    limits.put("max_pixels", integer(config.max_pixels));
    limits.put("max_side", integer(config.max_side));
    limits.put("max_icc_bytes", integer(config.max_icc_bytes));
    limits.put("max_frames", integer(config.max_frames));
    limits.put("max_streams", integer(config.max_streams));
    limits.put("timeout", integer(config.timeout_ms));
    limits.put("max_images_per_worker", integer(config.max_images_per_worker));
    return limits;
}

} // namespace

Payload hello(const Config& config, const SandboxStatus& status, std::string_view libvips) {
    Map map;
    map.put("protocol", integer(kProtocolVersion));
    map.put("version", binary(kProgramVersion));
    map.put("libvips", binary(libvips));
    map.put("libvips_origin", atom(THUMBNAILER_LIBVIPS_ORIGIN));
    map.put("jpeg_fast_path", boolean(config.jpeg_fast_path && THUMBNAILER_JPEG_FAST_PATH_BUILT));
    map.put("codec", atom(config.codec->name));
    map.put("loaders", names_of(config.loaders));
    map.put("savers", names_of(saved_formats()));
    map.put("formats", formats_table(config.loaders));
    map.put("fonts", binaries(config.families));
    map.put("workers", integer(config.workers));
    map.put("limits", limits_of(config));
    map.put("sandbox", sandbox_map(status));
    map.put("os_pid", integer(::getpid()));
    Payload payload;
    config.codec->encode(tuple(atom("hello"), std::move(map)), payload);
    return payload;
}

} // namespace thumbnailer
