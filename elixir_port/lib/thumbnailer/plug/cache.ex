defmodule Thumbnailer.Plug.Cache do
  @moduledoc false
  # Thumbnails in a folder, named after the tag of their variant and their format: <folder>/3f/3fa9….webp
  # Whoever makes one first leaves it for all others; a file is there whole or not at all.

  alias Thumbnailer.{Formats, Thumbnail}
  alias Thumbnailer.Plug.{Options, Variant}

  require Logger

  @typedoc "The file of a thumbnail, its format and its bytes."
  @type hit :: {Path.t(), Formats.saved(), non_neg_integer}

  @doc "The file of a variant that was made before."
  @spec find(Options.place() | nil, Variant.t()) :: {:ok, hit} | :none
  def find(nil, _variant), do: :none

  def find(place, variant) do
    folder = Options.folder(place)

    variant
    |> Variant.formats()
    |> Enum.find_value(:none, fn format ->
      path = path(folder, variant, format)
      bytes = size(path)
      if bytes, do: {:ok, {path, format, bytes}}
    end)
  end

  @doc "Keeps a thumbnail; that it cannot be kept is no reason not to send it."
  @spec put(Options.place() | nil, Variant.t(), Thumbnail.t()) :: :ok
  def put(nil, _variant, _thumbnail), do: :ok

  def put(place, variant, thumbnail) do
    path = place |> Options.folder() |> path(variant, thumbnail.format)
    # Those who waited for the same thumbnail keep it once.
    if size(path), do: :ok, else: write(path, thumbnail.data)
  end

  defp write(path, data) do
    draft = "#{path}.#{System.unique_integer([:positive])}.#{System.pid()}"

    with :ok <- File.mkdir_p(Path.dirname(path)),
         :ok <- File.write(draft, data),
         :ok <- File.rename(draft, path) do
      :ok
    else
      {:error, why} ->
        _ = File.rm(draft)

        Logger.warning("no thumbnail can be kept in #{path}: #{:file.format_error(why)}",
          domain: [:thumbnailer]
        )
    end
  end

  # Raw: without the process that serves all other files of this node.
  defp size(path) do
    case :file.read_file_info(path, [:raw]) do
      {:ok, info} when elem(info, 2) == :regular -> elem(info, 1)
      _none -> nil
    end
  end

  defp path(folder, %{tag: <<first::binary-size(2), _::binary>> = tag}, format),
    do: Path.join([folder, first, "#{tag}.#{format}"])
end
