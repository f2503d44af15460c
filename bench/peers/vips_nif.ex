defmodule Bench.VipsNif do
  @moduledoc "libvips in the BEAM itself, as a NIF: vips_nif.cpp."

  @on_load :load

  @doc false
  def load do
    "THUMBNAILER_BUILD_FOLDER"
    |> System.fetch_env!()
    |> Path.join("vips_nif")
    |> to_charlist()
    |> :erlang.load_nif(0)
  end

  @doc "Returns its argument, by way of C++."
  def echo(_term), do: :erlang.nif_error(:not_loaded)

  @doc "A JPEG that covers (1) or fits inside (0) the box."
  def thumbnail(_source, _width, _height, _cover, _quality), do: :erlang.nif_error(:not_loaded)
end
