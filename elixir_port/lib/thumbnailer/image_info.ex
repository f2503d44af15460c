defmodule Thumbnailer.ImageInfo do
  @moduledoc """
  What the header of an image says: the answer of `Thumbnailer.probe/2`.

    * `format` - such as `:jpeg`
    * `width`, `height` - in pixels, as a viewer shows the image
    * `raw_width`, `raw_height` - as it is stored
    * `orientation` - of EXIF, 1 to 8; 1 when the image does not say
    * `pages` - of a document, 1 otherwise
    * `frames`, `duration` - of an animation, in milliseconds; 1 and 0 otherwise
    * `bands`, `alpha`, `depth`, `colour_space` - channels, whether one is alpha, bits of each, and what they mean
    * `profile`, `preview` - whether an ICC profile and a small copy of the image are embedded
    * `taken_at`, `camera` - a `NaiveDateTime` by the camera's clock, maker and model, from EXIF; nil when it does not say
  """

  alias Thumbnailer.Formats

  @enforce_keys [:format, :width, :height]
  defstruct [
    :format,
    :width,
    :height,
    :raw_width,
    :raw_height,
    :orientation,
    :pages,
    :frames,
    :duration,
    :bands,
    :alpha,
    :depth,
    :colour_space,
    :profile,
    :preview,
    :taken_at,
    :camera
  ]

  @type t :: %__MODULE__{
          format: Formats.name(),
          width: pos_integer,
          height: pos_integer,
          raw_width: pos_integer,
          raw_height: pos_integer,
          orientation: 1..8,
          pages: pos_integer,
          frames: pos_integer,
          duration: non_neg_integer,
          bands: pos_integer,
          alpha: boolean,
          depth: pos_integer,
          colour_space: String.t(),
          profile: boolean,
          preview: boolean,
          taken_at: NaiveDateTime.t() | nil,
          camera: String.t() | nil
        }
end
