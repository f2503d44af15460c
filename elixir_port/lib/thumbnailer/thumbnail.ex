defmodule Thumbnailer.Thumbnail do
  @moduledoc """
  A finished thumbnail.

    * `data` - its bytes, or `nil` if it was written to a file
    * `path` - its file (the option `:to`), or `nil`
    * `width`, `height` - in pixels
    * `format` - `:jpeg`, `:png`, `:webp`, `:avif`, `:gif` or `:tiff`
    * `bytes` - its encoded size in bytes
    * `placeholder` - the result of the option `:placeholder`, as text, or `nil`
    * `warnings` - what the decoder said of a damaged image that it could show, each a line of text

  With Kino, a Livebook shows it as a picture.
  """

  alias Thumbnailer.Formats

  @derive {Inspect, except: [:data]}
  @enforce_keys [:width, :height, :format, :bytes]
  defstruct [:data, :path, :width, :height, :format, :bytes, :placeholder, warnings: []]

  @type t :: %__MODULE__{
          data: binary | nil,
          path: Path.t() | nil,
          width: pos_integer,
          height: pos_integer,
          format: Formats.saved(),
          bytes: non_neg_integer,
          placeholder: String.t() | nil,
          warnings: [String.t()]
        }

  @doc """
  The media type of the thumbnail, for a `content-type` header.

      iex> thumbnail = %Thumbnailer.Thumbnail{width: 1, height: 1, format: :webp, bytes: 34}
      iex> Thumbnailer.Thumbnail.media_type(thumbnail)
      "image/webp"
  """
  @doc since: "0.1.0"
  @spec media_type(t) :: String.t()
  def media_type(%__MODULE__{format: format}), do: Formats.media_type(format)
end
