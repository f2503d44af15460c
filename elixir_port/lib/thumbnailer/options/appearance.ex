defmodule Thumbnailer.Options.Appearance do
  @moduledoc false
  # The rows of what the picture shows and in which colours.

  import Thumbnailer.Options.Definition, only: [output: 4]

  alias Thumbnailer.Size
  alias Thumbnailer.Options.Geometry

  @doc "The rows, in the order of test/contract/options.tsv."
  @spec table() :: [Thumbnailer.Options.Definition.t()]
  def table do
    source() ++ colours() ++ effects() ++ overlay()
  end

  defp source do
    [
      output(:page, :integer, "the page or frame that is shown, counted from 0.",
        min: 0,
        max: 99_999,
        default: 0
      ),
      output(
        :animated,
        :boolean,
        "keeps every frame of a gif or webp, where the thumbnail is gif or webp, too.",
        default: false
      ),
      output(
        :speed,
        :choice,
        "how much of a jpeg, a webp or a tiff with smaller copies of itself is decoded: `:balanced` leaves at " <>
          "least twice the thumbnail to the resampler, `:fast` what just suffices, `:best` decodes everything.",
        choices: [:fast, :balanced, :best],
        default: :balanced
      ),
      output(
        :preview,
        :choice,
        "whether a small copy will do that cameras put into jpeg, avif and heic: `:allow` takes it when it is not smaller " <>
          "than the thumbnail and has the shape and orientation of the image, which has no colour profile, or in a heic one of its own in both. It may " <>
          "be older than the image, and the rest of the file is not read. Not with `speed: :best` or `:metadata`.",
        choices: [:ignore, :allow],
        default: :ignore
      )
    ]
  end

  defp colours do
    [
      output(
        :profile,
        :choice,
        "the colour space: `:srgb`, `:p3` (Display P3, embedded) or `:keep`, that of the source, embedded " <>
          "(images that are not RGB become sRGB).",
        choices: [:srgb, :p3, :keep],
        default: :srgb
      ),
      output(
        :linear,
        :boolean,
        "resizes in linear light, which keeps fine bright detail, from the fully decoded image, which costs " <>
          "4 to 9 times as much for photographs; with `speed: :fast` from at least twice the thumbnail.",
        default: false
      ),
      output(
        :background,
        :colour,
        "the colour behind transparent pixels in jpeg, around the image with `fit: :contain`, and of `:padding`.",
        default: "#ffffffff"
      )
    ]
  end

  defp effects do
    [
      output(:greyscale, :boolean, "takes the colours away.",
        spellings: [:grayscale],
        default: false
      ),
      factor(:brightness, "of the lightness, as a factor."),
      factor(:contrast, "of the distance from middle grey, as a factor."),
      factor(:saturation, "of the colourfulness, as a factor."),
      output(:hue, :integer, "turns all colours, in degrees.", min: -360, max: 360, default: 0),
      output(:blur, :number, "Gaussian blur, the sigma in pixels of the thumbnail.",
        min: 0.3,
        max: 250,
        default_doc: "none"
      ),
      output(:sharpen, :amount, "sharpens, the sigma in pixels of the thumbnail. `true` is 0.5.",
        min: 0.1,
        max: 10,
        default: false
      ),
      output(
        :step,
        :steps,
        "a step that the instance has, with its parameters, or several, one after the other; see `Thumbnailer.Steps`.",
        default_doc: "none"
      ),
      output(
        :round,
        :radius,
        "the radius of the corners, which become transparent, in pixels; `:circle` leaves the largest circle.",
        min: 1,
        max: Size.max(),
        default_doc: "none"
      )
    ]
  end

  defp overlay do
    [
      output(
        :overlay,
        :image,
        "an image laid over the thumbnail, such as a watermark.",
        default_doc: "none"
      ),
      output(:overlay_gravity, :choice, "where the overlay stands.",
        choices: Geometry.gravities(),
        choice_spellings: [center: :centre],
        default: :south_east
      ),
      output(:overlay_opacity, :number, "how much the overlay covers.",
        min: 0,
        max: 1,
        default: 1
      ),
      output(
        :overlay_scale,
        :number,
        "the width of the overlay, as a part of that of the thumbnail.",
        min: 0.01,
        max: 1,
        default: 0.25
      )
    ]
  end

  defp factor(name, doc), do: output(name, :number, doc, min: 0, max: 10, default: 1)
end
