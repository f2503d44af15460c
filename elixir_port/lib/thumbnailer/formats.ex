defmodule Thumbnailer.Formats do
  @moduledoc """
  The image formats: input and output, media types and file suffixes.

      iex> Thumbnailer.Formats.media_type(:avif)
      "image/avif"

      iex> Thumbnailer.Formats.of_path("Holiday.JPG")
      :jpeg

      iex> Thumbnailer.Formats.of_path("letter.txt")
      nil
  """

  # loads: true, or :named if the instance's option :loaders must name it and the program's libvips must support it;
  # read_with: what reads it; :dav1d is :libvips in a program without dav1d; :own is a reader of the port program, :embedded_jpeg the reader of the JPEG in a raw file;
  # auto: the output format for format: :auto; :opaque is jpeg, or png for an image with alpha.
  @columns [:name, :loads, :read_with, :saves, :alpha, :quality, :auto, :media_type, :suffixes]
  @rows [
    [:jpeg, true, :libvips, true, false, 80, :jpeg, "image/jpeg", ~w(jpg jpeg jpe jfif)],
    [:png, true, :libvips, true, true, nil, :png, "image/png", ~w(png)],
    [:webp, true, :libvips, true, true, 80, :webp, "image/webp", ~w(webp)],
    [:avif, true, :dav1d, true, true, 50, :avif, "image/avif", ~w(avif)],
    [:gif, true, :libvips, true, true, nil, :gif, "image/gif", ~w(gif)],
    [:tiff, true, :libvips, true, true, nil, :opaque, "image/tiff", ~w(tif tiff)],
    [:svg, true, :libvips, false, true, nil, :png, "image/svg+xml", ~w(svg svgz)],
    [:heic, true, :libde265, false, true, nil, :opaque, "image/heic", ~w(heic heif hif)],
    [:bmp, true, :own, false, true, nil, :opaque, "image/bmp", ~w(bmp dib)],
    [:ico, true, :own, false, true, nil, :png, "image/vnd.microsoft.icon", ~w(ico cur)],
    [
      :raw,
      true,
      :embedded_jpeg,
      false,
      false,
      nil,
      :opaque,
      "image/x-dcraw",
      ~w(dng cr2 cr3 nef arw rw2 raf pef srw)
    ],
    [:jxl, :named, :libvips, false, true, nil, :opaque, "image/jxl", ~w(jxl)],
    [:jp2k, :named, :libvips, false, true, nil, :opaque, "image/jp2", ~w(jp2 j2k jpf jpx)],
    [:pdf, :named, :libvips, false, true, nil, :png, "application/pdf", ~w(pdf)]
  ]
  @readers %{
    libvips: "libvips",
    libde265: "libde265",
    dav1d: "dav1d",
    own: "a reader of its own",
    embedded_jpeg: "libvips, the JPEG in it"
  }
  @table Enum.map(@rows, &Map.new(Enum.zip(@columns, &1)))

  @typedoc "An input format."
  @type name ::
          :jpeg
          | :png
          | :webp
          | :avif
          | :gif
          | :tiff
          | :svg
          | :heic
          | :bmp
          | :ico
          | :raw
          | :jxl
          | :jp2k
          | :pdf

  @typedoc "An output format."
  @type saved :: :jpeg | :png | :webp | :avif | :gif | :tiff

  @doc false
  @spec table() :: [map]
  def table, do: @table

  @doc """
  The names of the output formats.

      iex> Thumbnailer.Formats.savers()
      [:jpeg, :png, :webp, :avif, :gif, :tiff]
  """
  @doc since: "0.1.0"
  @spec savers() :: [saved]
  def savers, do: for(%{saves: true, name: name} <- @table, do: name)

  @doc """
  Whether this is an output format.

      iex> {Thumbnailer.Formats.saves?(:avif), Thumbnailer.Formats.saves?(:svg)}
      {true, false}
  """
  @doc since: "0.1.0"
  @spec saves?(name) :: boolean
  def saves?(name), do: find(name).saves

  @doc """
  The output format of `format: :auto` for this input format; `:opaque` is jpeg, or png for an image with alpha.

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
  The format of the suffix of `path`, or `nil`. The case does not matter.

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

  @doc false
  # The formats that are read by default, for the documentation.
  @spec default_doc() :: String.t()
  def default_doc do
    {last, others} = List.pop_at(for(%{loads: true, name: name} <- @table, do: name), -1)
    "#{Enum.join(others, ", ")} and #{last}"
  end

  @doc false
  # What reads a format, in words.
  @spec reader(atom) :: String.t()
  def reader(read_with), do: @readers[read_with]

  @doc false
  # What is read and written, for the documentation.
  @spec markdown() :: String.t()
  def markdown do
    rows =
      for format <- @table do
        [
          format.name,
          Enum.join(format.suffixes, ", "),
          if(format.loads == true, do: "yes", else: "where `loaders:` names it"),
          reader(format.read_with),
          if(format.saves, do: "yes", else: "no")
        ]
      end

    header = [
      ["format", "suffixes", "read by default", "read with", "written"],
      List.duplicate("---", 5)
    ]

    Enum.map_join(header ++ rows, &"| #{Enum.join(&1, " | ")} |\n")
  end

  defp find(name), do: Enum.find(@table, &(&1.name == name))
end
