defmodule Thumbnailer.Plug.Cache do
  @moduledoc false
  # Thumbnails in a folder, named after the tag of their variant and their format: <folder>/3f/3fa9….webp
  # Whoever makes one first leaves it for all others; a file is there whole or not at all.

  alias Thumbnailer.{Formats, Thumbnail}
  alias Thumbnailer.Plug.Options

  require Logger

  @doc "The file of a variant, and the format that it is in."
  @spec find(Options.place() | nil, String.t()) :: {:ok, Path.t(), Formats.saved()} | :none
  def find(nil, _tag), do: :none

  def find(place, tag) do
    Enum.find_value(Formats.savers(), :none, fn format ->
      path = path(place, tag, format)
      if File.regular?(path), do: {:ok, path, format}
    end)
  end

  @doc "Keeps a thumbnail; that it cannot be kept is no reason not to send it."
  @spec put(Options.place() | nil, String.t(), Thumbnail.t()) :: :ok
  def put(nil, _tag, _thumbnail), do: :ok

  def put(place, tag, thumbnail) do
    path = path(place, tag, thumbnail.format)
    draft = "#{path}.#{System.unique_integer([:positive])}.#{System.pid()}"

    with :ok <- File.mkdir_p(Path.dirname(path)),
         :ok <- File.write(draft, thumbnail.data),
         :ok <- File.rename(draft, path) do
      :ok
    else
      {:error, why} ->
        _ = File.rm(draft)
        Logger.warning("no thumbnail can be kept in #{path}: #{:file.format_error(why)}")
    end
  end

  defp path(place, <<first::binary-size(2), _::binary>> = tag, format),
    do: Path.join([Options.folder(place), first, "#{tag}.#{format}"])
end
