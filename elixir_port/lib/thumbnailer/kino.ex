# In a Livebook, a thumbnail shows itself as the picture that it is.
#
# This is the module that `defimpl Kino.Render, for: Thumbnailer.Thumbnail` would make, written out: defimpl needs Kino to
# be compiled before this library, which takes a dependency on it. An implementation is a module with this name, this
# attribute (which consolidation looks for) and these functions, in every Elixir from 1.14 on; without Kino nobody calls it.
defmodule Kino.Render.Thumbnailer.Thumbnail do
  @moduledoc false

  alias Elixir.Thumbnailer.Thumbnail

  @compile {:no_warn_undefined, [Kino.Render, Kino.Image, Kino.Inspect]}

  # What browsers show; a thumbnail in another format is shown as a term.
  @shown [:jpeg, :png, :webp, :avif, :gif]

  Module.register_attribute(__MODULE__, :__impl__, persist: true)
  @__impl__ [protocol: Kino.Render, for: Thumbnail]

  @spec __impl__(:for | :protocol | :target) :: module
  def __impl__(:for), do: Thumbnail
  def __impl__(:protocol), do: Kino.Render
  def __impl__(:target), do: __MODULE__

  @spec to_livebook(Thumbnail.t()) :: term
  def to_livebook(%Thumbnail{} = thumbnail),
    do: thumbnail |> widget() |> Kino.Render.to_livebook()

  defp widget(%{format: format} = thumbnail) when format in @shown do
    case bytes(thumbnail) do
      {:ok, bytes} -> Kino.Image.new(bytes, Thumbnail.media_type(thumbnail))
      {:error, _gone} -> Kino.Inspect.new(thumbnail)
    end
  end

  defp widget(thumbnail), do: Kino.Inspect.new(thumbnail)

  defp bytes(%{data: nil, path: path}), do: File.read(path)
  defp bytes(%{data: data}), do: {:ok, data}
end
