defmodule Bench.Peers do
  @moduledoc """
  The alternatives to this library, one function each: takes a workload, returns an implementation or `{:skip, name, why}`.
  """

  alias Bench.{Peer, Workload}

  @doc "sharp, with its default shrink-on-load or with fastShrinkOnLoad: false."
  def sharp(workload, opts \\ []) do
    fast? = Keyword.get(opts, :fast_shrink, true)
    name = if fast?, do: "sharp", else: "sharp, fastShrinkOnLoad: false"
    arguments = [in_peers("sharp.mjs"), Workload.json(workload, %{fast_shrink: fast?})]

    # Node has four worker threads by default; use one for each image at the same time.
    threads =
      if workload.parallel > 1, do: [{"UV_THREADPOOL_SIZE", "#{workload.parallel}"}], else: []

    if File.dir?(in_peers("node_modules/sharp")),
      do: start(name, "node", arguments, threads),
      else: {:skip, name, "npm did not install it"}
  end

  def pillow(workload),
    do: start("Pillow", python(), [in_peers("pillow.py"), Workload.json(workload)])

  def vipsthumbnail(workload), do: command("vipsthumbnail", "vipsthumbnail", workload)
  def imagemagick(workload), do: command("ImageMagick", "convert", workload)

  defp command(name, program, workload),
    do: start(name, python(), [in_peers("commands.py"), program, Workload.json(workload)])

  @doc "A worker's job in a bare loop."
  def bare_loop(workload, more \\ %{}) do
    arguments = [to_string(workload.parallel), Workload.request(workload, more) | workload.files]
    start("bare C++ loop", in_build("bare_loop"), arguments)
  end

  @doc "vips_thumbnail_buffer of the same libvips as a NIF, in its own BEAM."
  def nif(workload), do: beam("thumbnail_buffer in a NIF", "nif", workload)

  @doc "The same NIF in pooled `:peer` nodes over standard_io, one for each image at the same time."
  def peer_nodes(workload), do: beam("NIF in pooled :peer nodes", "peer", workload)

  defp beam(name, way, workload) do
    if File.exists?(in_build("vips_nif.so")),
      do:
        start(name, "elixir", [
          "-pa",
          in_build("bench/ebin"),
          in_peers("beam.exs"),
          way,
          Workload.elixir(workload)
        ]),
      else: {:skip, name, "its NIF was not built (Debian: erlang-dev)"}
  end

  defp start(name, program, arguments, env \\ []) do
    case Peer.start(name, program, arguments, env) do
      {:ok, implementation} -> implementation
      {:skip, why} -> {:skip, name, why}
    end
  end

  defp in_peers(file), do: Path.join(Path.expand("../peers", __DIR__), file)
  defp in_build(file), do: Path.join(System.fetch_env!("THUMBNAILER_BUILD_FOLDER"), file)
  defp python, do: System.get_env("THUMBNAILER_PYTHON", "python3")
end
