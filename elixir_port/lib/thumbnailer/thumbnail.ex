defmodule Thumbnailer.Thumbnail do
  @moduledoc """
  A thumbnail that was made.

    * `data` - its bytes, or `nil` when it was written to a file
    * `path` - the file that it was written to (the option `:to`), or `nil`
    * `width`, `height` - in pixels
    * `format` - `:jpeg`, `:png`, `:webp`, `:avif`, `:gif` or `:tiff`
    * `bytes` - how large it is encoded
    * `placeholder` - what the option `:placeholder` asked for, as text, or `nil`

  In a Livebook it shows itself as the picture that it is, where Kino is installed.
  """

  alias Thumbnailer.Formats

  @derive {Inspect, except: [:data]}
  @enforce_keys [:width, :height, :format, :bytes]
  defstruct [:data, :path, :width, :height, :format, :bytes, :placeholder]

  @type t :: %__MODULE__{
          data: binary | nil,
          path: Path.t() | nil,
          width: pos_integer,
          height: pos_integer,
          format: Formats.saved(),
          bytes: non_neg_integer,
          placeholder: String.t() | nil
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
