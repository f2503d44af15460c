// A NIF around libvips, for the benchmarks only: vips_thumbnail_buffer and an encoder, in the BEAM's own process on a
// dirty scheduler. If libvips crashes here, the BEAM crashes.

#include <erl_nif.h>
#include <vips/vips.h>

#include <cstring>

namespace {

ERL_NIF_TERM failure(ErlNifEnv* env) {
    const ERL_NIF_TERM message = enif_make_string(env, vips_error_buffer(), ERL_NIF_LATIN1);
    vips_error_clear();
    return enif_make_tuple2(env, enif_make_atom(env, "error"), message);
}

ERL_NIF_TERM echo(ErlNifEnv*, int, const ERL_NIF_TERM arguments[]) { return arguments[0]; }

struct Wanted {
    ErlNifBinary source;
    int width = 0;
    int height = 0;
    int cover = 0;
    int quality = 0;

    bool read(ErlNifEnv* env, const ERL_NIF_TERM arguments[]) {
        return enif_inspect_binary(env, arguments[0], &source) != 0 && enif_get_int(env, arguments[1], &width) != 0 &&
               enif_get_int(env, arguments[2], &height) != 0 && enif_get_int(env, arguments[3], &cover) != 0 &&
               enif_get_int(env, arguments[4], &quality) != 0;
    }
};

// thumbnail(Source, Width, Height, 1 for cover or 0 for inside, Quality): a JPEG. Colours are not converted: with
// export_profile it would take three times as long, with or without a profile.
ERL_NIF_TERM thumbnail(ErlNifEnv* env, int, const ERL_NIF_TERM arguments[]) {
    Wanted wanted;
    if (!wanted.read(env, arguments)) return enif_make_badarg(env);
    VipsImage* made = nullptr;
    if (vips_thumbnail_buffer(wanted.source.data, wanted.source.size, &made, wanted.width, "height", wanted.height,
                              "size", VIPS_SIZE_DOWN, "crop",
                              wanted.cover != 0 ? VIPS_INTERESTING_CENTRE : VIPS_INTERESTING_NONE, nullptr) != 0)
        return failure(env);
    void* encoded = nullptr;
    std::size_t size = 0;
    const int status = vips_jpegsave_buffer(made, &encoded, &size, "Q", wanted.quality, "optimize_coding", TRUE,
                                            "strip", TRUE, nullptr);
    g_object_unref(made);
    if (status != 0) return failure(env);
    ERL_NIF_TERM binary;
    unsigned char* bytes = enif_make_new_binary(env, size, &binary);
    std::memcpy(bytes, encoded, size);
    g_free(encoded);
    return binary;
}

int load(ErlNifEnv*, void**, ERL_NIF_TERM) {
    if (vips_init("bench") != 0) return 1;
    // The cache is off, as with sharp in script/bench.
    vips_cache_set_max(0);
    return 0;
}

ErlNifFunc functions[] = {{"echo", 1, echo, 0}, {"thumbnail", 5, thumbnail, ERL_NIF_DIRTY_JOB_CPU_BOUND}};

} // namespace

ERL_NIF_INIT(Elixir.Bench.VipsNif, functions, load, nullptr, nullptr, nullptr)
