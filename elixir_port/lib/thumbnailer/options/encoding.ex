defmodule Thumbnailer.Options.Encoding do
  @moduledoc false
  # The option rows for the encoded file.

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
        "the format of the thumbnail. `:auto` keeps the format of the source; svg, pdf and ico become png; tiff, heic, bmp, " <>
          "raw, jxl and jp2k become jpeg, or png if they have alpha.",
        choices: [:auto | Formats.savers()],
        default: :auto,
        default_doc: "by the suffix of `:to`, else `:auto`"
      ),
      output(
        :quality,
        :quality,
        "the quality of a lossy format. `{:ssim, 0.98}` searches the smallest file whose SSIM against the " <>
          "thumbnail before encoding reaches this value (1 is equal).",
        min: 1,
        max: 100,
        default_doc: Formats.quality_doc()
      ),
      output(
        :max_bytes,
        :integer,
        "the maximum size of the file: searches the best quality up to `:quality` that fits. " <>
          "`:too_large` if none fits.",
        min: 1,
        max: 2_147_483_647,
        default_doc: "none"
      ),
      output(
        :effort,
        :integer,
        "how much time the encoder spends on a smaller file, on the same scale in png, webp, avif and gif.",
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
        "chroma subsampling in jpeg and avif: 420 stores a quarter of the samples, 444 all, `:auto` all from quality 90.",
        choices: [:auto, 420, 444],
        default: :auto
      ),
      output(:optimise, :boolean, "computes optimal Huffman tables for a jpeg.",
        spellings: [:optimize],
        default: true
      ),
      output(:lossless, :boolean, "webp and avif without loss.", default: false),
      output(
        :near_lossless,
        :boolean,
        "webp with a small loss, set by `:quality`, and almost without artefacts.",
        default: false
      ),
      output(:alpha_quality, :integer, "quality of the alpha channel in webp.",
        min: 0,
        max: 100,
        default: 100
      ),
      output(:palette, :boolean, "a png with at most 256 colours.", default: false),
      output(
        :bit_depth,
        :choice,
        "bits per sample of a png; below 8 it has a palette or is grey. Tiff accepts 16, too.",
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
        "the metadata to keep from the source: nothing, copyright and artist, the colour profile, or everything, " <>
          "including locations and previews.",
        choices: [:none, :copyright, :icc, :all],
        default: :none
      ),
      output(
        :placeholder,
        :choice,
        "a placeholder for a page to show until the thumbnail is loaded, in `:placeholder` of the result: a ThumbHash " <>
          "in base64, a BlurHash, the most frequent colour or a tiny image as a data URI.",
        choices: [:none, :thumbhash, :blurhash, :color, :data_uri],
        choice_spellings: [colour: :color],
        default: :none
      ),
      output(
        :to,
        :path,
        "the file to write the thumbnail to. The file is written atomically and replaces a file of that name.",
        default_doc: "none, the bytes are returned"
      )
    ]
  end
end
