defmodule Bench.Source do
  @moduledoc """
  The images of the workloads: photographs of the corpus (THUMBNAILER_CORPUS), and other formats of them, which are made once
  and kept in the build folder.
  """

  alias Bench.Settings

  @from_srgb ["--input-profile", "srgb"]

  @doc "sharp's benchmark photo: 2725x2225 pixels, 829,183 bytes, baseline JPEG, 4:2:0."
  def photo(settings),
    do: "photos/sharp--2569067123_aca715a2ee_o.jpg" |> in_corpus(settings) |> hd()

  @doc "A photograph of 4000x6000 pixels."
  def large_photo(settings), do: "photos/bimg--vertical.jpg" |> in_corpus(settings) |> hd()

  @doc "All photographs."
  def photos(settings), do: in_corpus("photos/*.jpg", settings)

  # Without the corpus the benchmarks use a sample, and print that they do.
  defp in_corpus(pattern, settings) do
    case settings.corpus |> Path.join(pattern) |> Path.wildcard() do
      [] ->
        IO.puts(
          "There is no #{pattern} in #{settings.corpus} (THUMBNAILER_CORPUS): a small sample takes its place."
        )

        [Path.join(settings.root, "samples/images/photo.jpg")]

      files ->
        files
    end
  end

  @doc "The same image as a progressive JPEG."
  def progressive(file, settings) do
    made(file, "progressive.jpg", settings, fn to ->
      {"jpegtran", ["-progressive", "-copy", "all", "-outfile", to, file]}
    end)
  end

  @doc "The same image in another format, by libvips' own tool."
  def converted(file, format, settings) do
    options = %{png: "", webp: "[Q=80]", avif: "[Q=60,effort=2]", jpeg: "[Q=95]"}

    made(file, "#{format}", settings, fn to -> {"vips", ["copy", file, to <> options[format]]} end)
  end

  @doc "The same image as it is, `:photo`; as a `:progressive` JPEG; with a Display `:p3` profile; as `:cmyk`, `:tiff_jpeg` or `:tiff_lzw`."
  def variant(photo, :photo, _settings), do: photo
  def variant(photo, :progressive, settings), do: progressive(photo, settings)

  def variant(photo, variant, settings) do
    {suffix, operation, options, more} =
      case variant do
        :p3 -> {"p3.jpg", "icc_transform", "[Q=90,subsample_mode=on]", ["p3" | @from_srgb]}
        :cmyk -> {"cmyk.jpg", "icc_transform", "[Q=90]", ["cmyk" | @from_srgb]}
        :tiff_jpeg -> {"jpeg.tiff", "copy", "[compression=jpeg,Q=90]", []}
        :tiff_lzw -> {"lzw.tiff", "copy", "[compression=lzw,predictor=horizontal]", []}
      end

    made(photo, suffix, settings, fn to ->
      {"vips", [operation, photo, to <> options | more]}
    end)
  end

  @doc "A PNG with alpha and this width."
  def overlay(width, settings) do
    sample = Path.join(settings.root, "samples/images/alpha.png")

    made(sample, "#{width}.png", settings, fn to ->
      {"vips", ["thumbnail", sample, to, "#{width}"]}
    end)
  end

  defp made(file, suffix, settings, command) do
    to =
      Path.join(Settings.folder(settings, "sources"), "#{Path.basename(file, ".jpg")}.#{suffix}")

    unless File.exists?(to) do
      {program, arguments} = command.(to)
      {said, status} = System.cmd(program, arguments, stderr_to_stdout: true)
      if status != 0, do: raise("#{program} #{Enum.join(arguments, " ")}: #{said}")
    end

    to
  end
end
