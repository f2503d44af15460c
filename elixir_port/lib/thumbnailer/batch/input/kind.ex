defmodule Thumbnailer.Batch.Input.Kind do
  @moduledoc false
  # What a file in a folder is taken for by its suffix, and what files are called that a batch leaves out.

  alias Thumbnailer.Formats

  @suffixes %{
    raw: ~w(crw nrw srf sr2 orf x3f erf kdc dcr mrw 3fr iiq),
    video: ~w(mp4 m4v mov avi mkv webm mts m2ts 3gp mpg mpeg wmv flv ogv),
    sidecar: ~w(xmp thm aae pp3 dop on1 cos lrv),
    image: ~w(psd psb tga exr hdr pnm ppm pgm pbm eps ai xcf)
  }
  @kinds for {kind, suffixes} <- @suffixes, suffix <- suffixes, into: %{}, do: {suffix, kind}

  @typedoc """
  Why a file is left out: a camera's raw file in a format that is not read, a video, a sidecar, an image in a format that is not read; a name that begins with a
  dot; a link that is not followed or leads nowhere; a device, pipe or socket; `--include`, `--exclude`, `--since`, `--retry-failed`;
  a thumbnail of an earlier run; a file that was named before in this run; anything else.
  """
  @type left_out ::
          :raw
          | :video
          | :sidecar
          | :image
          | :hidden
          | :link
          | :special
          | :excluded
          | :older
          | :not_failed
          | :thumbnail
          | :repeated
          | :other

  @doc """
  What the suffix says: an image of a format that is read, or what it is instead.

      iex> alias Thumbnailer.Batch.Input.Kind
      iex> {Kind.of("a/b.JPG"), Kind.of("c.orf"), Kind.of("d.txt")}
      {:read, :raw, :other}
  """
  @spec of(Path.t()) :: :read | left_out
  def of(path) do
    if Formats.of_path(path),
      do: :read,
      else:
        Map.get(
          @kinds,
          path |> Path.extname() |> String.trim_leading(".") |> String.downcase(:ascii),
          :other
        )
  end
end
