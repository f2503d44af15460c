defmodule Bench.Peers do
  @moduledoc """
  What a user would pick instead, a function each: a workload goes in, an implementation comes out, or `{:skip, name, why}`.
  """

  alias Bench.{Peer, Workload}

  @doc "sharp, by default with its own rule of how far a decoder may shrink, or without."
  def sharp(workload, opts \\ []) do
    fast? = Keyword.get(opts, :fast_shrink, true)
    name = if fast?, do: "sharp", else: "sharp, fastShrinkOnLoad: false"
    arguments = [in_peers("sharp.mjs"), Workload.json(workload, %{fast_shrink: fast?})]

    # Of the four threads that Node has for work, as many as images are made at a time.
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

  @doc "What a worker of the port program does, in a bare loop."
  def bare_loop(workload, more \\ %{}) do
    arguments = [to_string(workload.parallel), Workload.request(workload, more) | workload.files]
    start("bare C++ loop", in_build("bare_loop"), arguments)
  end

  @doc "vips_thumbnail_buffer of the same libvips as a NIF, in a BEAM of its own."
  def nif(workload), do: beam("thumbnail_buffer in a NIF", "nif", workload)

  @doc "The same NIF in OTP's `:peer` nodes over standard_io, one for each image at the same time."
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
  defp in_build(file), do: Path.join(System.fetch_env!("THUMBNAILER_BUILD"), file)
  defp python, do: System.get_env("THUMBNAILER_PYTHON", "python3")
end
