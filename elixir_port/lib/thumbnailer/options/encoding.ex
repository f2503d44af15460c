defmodule Thumbnailer.Options.Encoding do
  @moduledoc false
  # The rows of what the thumbnail is as a file.

  import Thumbnailer.Options.Definition, only: [output: 4]

  alias Thumbnailer.Formats

  @doc "The rows, in the order of test/contract/options.tsv."
  @spec table() :: [Thumbnailer.Options.Definition.t()]
  def table do
    format() ++ coding() ++ contents()
  end

  defp format do
    [
      output(
        :format,
        :choice,
        "the format of the thumbnail. `:auto` keeps that of the source; svg, pdf and ico become png; tiff, heic, bmp, raw, " <>
          "jxl and jp2k become jpeg, or png when they have alpha.",
        choices: [:auto | Formats.savers()],
        default: :auto,
        default_doc: "what the suffix of `:to` says, else `:auto`"
      ),
      output(
        :quality,
        :quality,
        "how much of the picture a lossy format keeps. `{:ssim, 0.98}` searches the smallest file that looks " <>
          "so much like the thumbnail before it was encoded (1 is equal).",
        min: 1,
        max: 100,
        default_doc: Formats.quality_doc()
      ),
      output(
        :max_bytes,
        :integer,
        "the largest file that is wanted: the best quality up to `:quality` that fits is searched. " <>
          "`:too_large` when none does.",
        min: 1,
        max: 2_147_483_647,
        default_doc: "none"
      ),
      output(
        :effort,
        :integer,
        "how long the encoder looks for a smaller file, on the same scale in png, webp, avif and gif.",
        min: 0,
        max: 10,
        default_doc: "the encoder's own"
      )
    ]
  end

  defp coding do
    [
      output(
        :progressive,
        :boolean,
        "a jpeg that appears at once and sharpens; an interlaced png.",
        default: false
      ),
      output(
        :subsampling,
        :choice,
        "of colours in jpeg and avif: 420 stores a quarter of them, 444 all, `:auto` all from quality 90.",
        choices: [:auto, 420, 444],
        default: :auto
      ),
      output(:optimise, :boolean, "computes the best Huffman tables for a jpeg.",
        spellings: [:optimize],
        default: true
      ),
      output(:lossless, :boolean, "webp and avif without loss.", default: false),
      output(
        :near_lossless,
        :boolean,
        "webp with a little loss, how little says `:quality`, and nearly without its artefacts.",
        default: false
      ),
      output(:alpha_quality, :integer, "of transparency in webp.",
        min: 0,
        max: 100,
        default: 100
      ),
      output(:palette, :boolean, "a png of at most 256 colours.", default: false),
      output(
        :bit_depth,
        :choice,
        "bits per sample of a png; below 8 it has a palette or is grey. Tiff takes 16, too.",
        choices: [:auto, 1, 2, 4, 8, 16],
        default: :auto
      )
    ]
  end

  defp contents do
    [
      output(
        :metadata,
        :choice,
        "what is kept of the source's: nothing, copyright and artist, the colour profile, or everything, " <>
          "places and previews included.",
        choices: [:none, :copyright, :icc, :all],
        default: :none
      ),
      output(
        :placeholder,
        :choice,
        "what a page shows until the thumbnail is there, as `:placeholder` of the result: a ThumbHash in " <>
          "base64, a BlurHash, the most frequent colour or a tiny image as a data URI.",
        choices: [:none, :thumbhash, :blurhash, :color, :data_uri],
        choice_spellings: [colour: :color],
        default: :none
      ),
      output(
        :to,
        :path,
        "the file that the thumbnail is written to, atomically: it appears whole or not at all, and takes the " <>
          "place of a file of that name.",
        default_doc: "none, the bytes are returned"
      )
    ]
  end
end
