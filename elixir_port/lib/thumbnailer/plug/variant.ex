defmodule Thumbnailer.Plug.Variant do
  @moduledoc false
  # What a request asks for: which image, in which size and format, and the tag by which both sides know it again.

  alias Thumbnailer.Formats
  alias Thumbnailer.Plug.Options

  @enforce_keys [:source, :size, :options, :tag]
  defstruct [:source, :size, :options, :tag]

  @type t :: %__MODULE__{
          source: Path.t(),
          size: Thumbnailer.Size.t(),
          options: keyword,
          tag: String.t()
        }

  @not_found {:error, 404, "not_found"}

  @doc "The size and the image that the segments of a path name."
  @spec parse([String.t()], Options.t()) ::
          {:ok, atom, String.t()} | {:error, 400 | 404, String.t()}
  def parse([name | [_ | _] = segments], options) do
    with {size, _} <- Enum.find(options.sizes, fn {size, _} -> Atom.to_string(size) == name end),
         {:ok, segments} <- decode(segments),
         true <- Enum.all?(segments, &inside?/1) do
      {:ok, size, Enum.join(segments, "/")}
    else
      :error -> {:error, 400, "the path is no UTF-8"}
      _unknown -> @not_found
    end
  end

  def parse(_short, _options), do: @not_found

  @doc "The variant of an image that is there; `accepted` is what the browser says it takes."
  @spec find(Options.t(), atom, String.t(), String.t()) :: {:ok, t} | {:error, 404, String.t()}
  def find(options, size, image, accepted) do
    source = options.root |> Options.folder() |> Path.join(image) |> Path.expand()

    case File.stat(source, time: :posix) do
      {:ok, %{type: :regular} = stat} ->
        {box, own} = Keyword.fetch!(options.sizes, size)
        all = options.options |> Keyword.merge(own) |> negotiate(options.formats, accepted)
        tag = tag({image, stat.mtime, stat.size, box, Keyword.delete(all, :on)})
        {:ok, %__MODULE__{source: source, size: box, options: all, tag: tag}}

      _nothing ->
        @not_found
    end
  end

  # The first of the formats that the browser names; one that it names with a weight of zero it does not want.
  defp negotiate(all, formats, accepted) do
    taken =
      for part <- String.split(accepted, ","),
          [type | parameters] = part |> String.split(";") |> Enum.map(&String.trim/1),
          not Enum.any?(parameters, &(&1 =~ ~r/^q=0(\.0*)?$/)),
          do: String.downcase(type)

    case Enum.find(formats, &(Formats.media_type(&1) in taken)) do
      nil -> all
      format -> Keyword.put_new(all, :format, format)
    end
  end

  # What an upgrade would make is another thumbnail; where it is made is not part of it.
  defp tag(parts) do
    :sha256
    |> :crypto.hash(:erlang.term_to_binary({Application.spec(:thumbnailer, :vsn), parts}))
    |> binary_part(0, 16)
    |> Base.encode16(case: :lower)
  end

  defp decode(segments) do
    segments = Enum.map(segments, &URI.decode/1)
    if Enum.all?(segments, &String.valid?/1), do: {:ok, segments}, else: :error
  end

  # A segment that would leave the folder, or that is none.
  defp inside?(segment),
    do: segment not in ["", ".", ".."] and not String.contains?(segment, ["/", "\\", <<0>>])
end
