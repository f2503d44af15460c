defmodule Bench.Peers do
  @moduledoc """
  What a user would pick instead, a function each: a recipe goes in, a contender comes out, or `{:skip, name, why}`.
  """

  alias Bench.{Peer, Recipe}

  @doc "sharp, by default with its own rule of how far a decoder may shrink, or without."
  def sharp(recipe, opts \\ []) do
    fast? = Keyword.get(opts, :fast_shrink, true)
    name = if fast?, do: "sharp", else: "sharp, fastShrinkOnLoad: false"
    arguments = [in_peers("sharp.mjs"), Recipe.json(recipe, %{fast_shrink: fast?})]

    # Of the four threads that Node has for work, as many as images are made at a time.
    threads = if recipe.parallel > 1, do: [{"UV_THREADPOOL_SIZE", "#{recipe.parallel}"}], else: []

    if File.dir?(in_peers("node_modules/sharp")),
      do: start(name, "node", arguments, threads),
      else: {:skip, name, "npm did not install it"}
  end

  def pillow(recipe), do: start("Pillow", python(), [in_peers("pillow.py"), Recipe.json(recipe)])

  def vipsthumbnail(recipe), do: command("vipsthumbnail", "vipsthumbnail", recipe)
  def imagemagick(recipe), do: command("ImageMagick", "convert", recipe)

  defp command(name, program, recipe),
    do: start(name, python(), [in_peers("commands.py"), program, Recipe.json(recipe)])

  @doc "The libvips calls of the port program in a bare loop."
  def bare_loop(recipe, more \\ %{}) do
    arguments = [to_string(recipe.parallel), Recipe.request(recipe, more) | recipe.files]
    start("bare C++ loop", in_build("bare_loop"), arguments)
  end

  @doc "vips_thumbnail_buffer of the same libvips as a NIF, in a BEAM of its own."
  def nif(recipe), do: beam("thumbnail_buffer in a NIF", "nif", recipe)

  @doc "The same NIF in OTP's `:peer` nodes over standard_io, one for each image at the same time."
  def peer_nodes(recipe), do: beam("NIF in pooled :peer nodes", "peer", recipe)

  defp beam(name, way, recipe) do
    if File.exists?(in_build("vips_nif.so")),
      do:
        start(name, "elixir", [
          "-pa",
          in_build("bench/ebin"),
          in_peers("beam.exs"),
          way,
          Recipe.elixir(recipe)
        ]),
      else: {:skip, name, "its NIF was not built (Debian: erlang-dev)"}
  end

  defp start(name, program, arguments, env \\ []) do
    case Peer.start(name, program, arguments, env) do
      {:ok, contender} -> contender
      {:skip, why} -> {:skip, name, why}
    end
  end

  defp in_peers(file), do: Path.join(Path.expand("../peers", __DIR__), file)
  defp in_build(file), do: Path.join(System.fetch_env!("THUMBNAILER_BUILD"), file)
  defp python, do: System.get_env("THUMBNAILER_PYTHON", "python3")
end
