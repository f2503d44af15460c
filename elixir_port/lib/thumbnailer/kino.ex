# In a Livebook, a thumbnail shows itself as the picture that it is. Kino is an optional dependency; without it there is
# no protocol to implement.
if match?({:module, _}, Code.ensure_compiled(Kino.Render)) do
  defimpl Kino.Render, for: Thumbnailer.Thumbnail do
    alias Thumbnailer.Thumbnail

    # What browsers show; a thumbnail in another format is shown as a term.
    @shown [:jpeg, :png, :webp, :avif, :gif]

    def to_livebook(thumbnail), do: thumbnail |> widget() |> Kino.Render.to_livebook()

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
end
