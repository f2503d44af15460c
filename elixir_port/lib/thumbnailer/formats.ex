defmodule Thumbnailer.Formats do
  @moduledoc """
  The image formats: which are read, which are written, and what files of them are called.

      iex> Thumbnailer.Formats.media_type(:avif)
      "image/avif"

      iex> Thumbnailer.Formats.of_path("Holiday.JPG")
      :jpeg

      iex> Thumbnailer.Formats.of_path("letter.txt")
      nil
  """

  # loads: true, or :named when the instance's option :loaders must name it and the program's libvips have it;
  # auto: what format: :auto makes of it; :opaque is jpeg, or png for an image with alpha.
  @columns [:name, :loads, :saves, :alpha, :quality, :auto, :media_type, :suffixes]
  @rows [
    [:jpeg, true, true, false, 80, :jpeg, "image/jpeg", ~w(jpg jpeg jpe jfif)],
    [:png, true, true, true, nil, :png, "image/png", ~w(png)],
    [:webp, true, true, true, 80, :webp, "image/webp", ~w(webp)],
    [:avif, true, true, true, 50, :avif, "image/avif", ~w(avif)],
    [:gif, true, true, true, nil, :gif, "image/gif", ~w(gif)],
    [:tiff, true, true, true, nil, :opaque, "image/tiff", ~w(tif tiff)],
    [:svg, true, false, true, nil, :png, "image/svg+xml", ~w(svg svgz)],
    [:heic, :named, false, true, nil, :opaque, "image/heic", ~w(heic heif)],
    [:jxl, :named, false, true, nil, :opaque, "image/jxl", ~w(jxl)],
    [:jp2k, :named, false, true, nil, :opaque, "image/jp2", ~w(jp2 j2k jpf jpx)],
    [:pdf, :named, false, true, nil, :png, "application/pdf", ~w(pdf)]
  ]
  @table Enum.map(@rows, &Map.new(Enum.zip(@columns, &1)))

  @typedoc "A format that images are read from."
  @type name :: :jpeg | :png | :webp | :avif | :gif | :tiff | :svg | :heic | :jxl | :jp2k | :pdf

  @typedoc "A format that thumbnails are written in."
  @type saved :: :jpeg | :png | :webp | :avif | :gif | :tiff

  @doc """
  All formats, one map each.

      %{loads: true, saves: false, suffixes: ["svg" | _]} = Enum.find(Thumbnailer.Formats.table(), &(&1.name == :svg))
  """
  @doc since: "0.1.0"
  @spec table() :: [map]
  def table, do: @table

  @doc """
  The names of the formats that thumbnails can be written in.

      iex> Thumbnailer.Formats.savers()
      [:jpeg, :png, :webp, :avif, :gif, :tiff]
  """
  @doc since: "0.1.0"
  @spec savers() :: [saved]
  def savers, do: for(%{saves: true, name: name} <- @table, do: name)

  @doc """
  Whether thumbnails can be written in this format.

      iex> {Thumbnailer.Formats.saves?(:avif), Thumbnailer.Formats.saves?(:svg)}
      {true, false}
  """
  @doc since: "0.1.0"
  @spec saves?(name) :: boolean
  def saves?(name), do: find(name).saves

  @doc """
  What `format: :auto` makes of the format; `:opaque` is jpeg, or png for an image with alpha.

      iex> {Thumbnailer.Formats.auto(:svg), Thumbnailer.Formats.auto(:heic)}
      {:png, :opaque}
  """
  @doc since: "0.1.0"
  @spec auto(name) :: saved | :opaque
  def auto(name), do: find(name).auto

  @doc """
  The media type of the format.

      iex> Thumbnailer.Formats.media_type(:svg)
      "image/svg+xml"
  """
  @doc since: "0.1.0"
  @spec media_type(name) :: String.t()
  def media_type(name), do: find(name).media_type

  @doc """
  The usual suffix of files in this format, without the dot.

      iex> Thumbnailer.Formats.suffix(:jpeg)
      "jpg"
  """
  @doc since: "0.1.0"
  @spec suffix(name) :: String.t()
  def suffix(name), do: hd(find(name).suffixes)

  @doc """
  The format that the suffix of `path` stands for, or `nil`. Upper and lower case are the same.

      iex> {Thumbnailer.Formats.of_path("a/Holiday.JPG"), Thumbnailer.Formats.of_path("letter.txt")}
      {:jpeg, nil}
  """
  @doc since: "0.1.0"
  @spec of_path(Path.t()) :: name | nil
  def of_path(path) do
    suffix = path |> Path.extname() |> String.trim_leading(".") |> String.downcase(:ascii)
    Enum.find_value(@table, &if(suffix in &1.suffixes, do: &1.name))
  end

  @doc false
  # The default quality of each lossy format, for the documentation.
  @spec quality_doc() :: String.t()
  def quality_doc do
    qualities = for %{quality: quality, name: name} <- @table, quality, do: "#{name} #{quality}"
    Enum.join(qualities, ", ") <> "; the lossless formats have none"
  end

  defp find(name), do: Enum.find(@table, &(&1.name == name))
end
