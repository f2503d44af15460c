defmodule Thumbnailer.Options.Appearance do
  @moduledoc false
  # The option rows for the content and the colours of the picture.

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
      output(:page, :integer, "the page or frame to use, counted from 0.",
        min: 0,
        max: 99_999,
        default: 0
      ),
      output(
        :animated,
        :boolean,
        "keeps all frames of a gif or webp, if the thumbnail is gif or webp, too.",
        default: false
      ),
      output(
        :speed,
        :choice,
        "how much of a jpeg, a webp or a tiff with smaller copies is decoded: `:fast` just enough, `:balanced` " <>
          "at least 1.75 times the size of the thumbnail, `:best` everything.",
        choices: [:fast, :balanced, :best],
        default: :balanced
      ),
      output(
        :preview,
        :choice,
        "whether to use the preview that cameras embed in jpeg, avif and heic. `:allow` uses it if it is not smaller than the " <>
          "thumbnail and has the shape and orientation of the image, and the image has no colour profile or, in a heic, both " <>
          "have one. The preview may be older than the image; the rest of the file is not read. Not with `speed: :best` or " <>
          "`:metadata`.",
        choices: [:ignore, :allow],
        default: :ignore
      ),
      output(
        :truncated,
        :choice,
        "what becomes of an image that ends inside its data: `:refuse` fails with `:bad_image`, `:allow` shows what is " <>
          "there, and grey or nothing below.",
        choices: [:refuse, :allow],
        default: :refuse
      ),
      output(
        :fail_on_warning,
        :boolean,
        "fails with `:bad_image` when the decoder warns of the image, which it shows nevertheless; else the thumbnail has " <>
          "`:warnings`.",
        default: false
      )
    ]
  end

  defp colours do
    [
      output(
        :profile,
        :choice,
        "the colour space: `:srgb`, `:p3` (Display P3, embedded) or `:keep` (the source's, embedded; images " <>
          "that are not RGB become sRGB).",
        choices: [:srgb, :p3, :keep],
        default: :srgb
      ),
      output(
        :linear,
        :boolean,
        "resizes in linear light, which keeps fine bright detail. It decodes the full image, which takes 4 to 9 " <>
          "times as long for photographs; with `speed: :fast` at least twice the size of the thumbnail.",
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
      output(:greyscale, :boolean, "removes the colours.",
        spellings: [:grayscale],
        default: false
      ),
      factor(:brightness, "factor of the lightness."),
      factor(:contrast, "factor of the distance from middle grey."),
      factor(:saturation, "factor of the chroma."),
      output(:hue, :integer, "rotates the hue, in degrees.", min: -360, max: 360, default: 0),
      output(:blur, :number, "Gaussian blur with this sigma, in pixels of the thumbnail.",
        min: 0.3,
        max: 250,
        default_doc: "none"
      ),
      output(
        :sharpen,
        :amount,
        "sharpens with this sigma, in pixels of the thumbnail. `true` is 0.5.",
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
        "radius of the corners in pixels; they become transparent. `:circle` keeps the largest centred circle.",
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
        "an image to put over the thumbnail, such as a watermark.",
        default_doc: "none"
      ),
      output(:overlay_gravity, :choice, "the position of the overlay.",
        choices: Geometry.gravities(),
        choice_spellings: [center: :centre],
        default: :south_east
      ),
      output(:overlay_opacity, :number, "the opacity of the overlay.",
        min: 0,
        max: 1,
        default: 1
      ),
      output(
        :overlay_scale,
        :number,
        "the width of the overlay, as a fraction of the thumbnail's width.",
        min: 0.01,
        max: 1,
        default: 0.25
      )
    ]
  end

  defp factor(name, doc), do: output(name, :number, doc, min: 0, max: 10, default: 1)
end
