defmodule Thumbnailer.Plug.Variant do
  @moduledoc false
  # What a request asks for: which image, in which size and format, and the tag by which both sides know it again.

  alias Thumbnailer.{Formats, InstanceOptions, Request, Source}
  alias Thumbnailer.Plug.Options

  # Bytes of an overlay that are read at a time.
  @block 65_536

  @enforce_keys [:source, :name, :size, :options, :tag, :varies?]
  defstruct [:source, :name, :size, :options, :tag, :varies?]

  @type t :: %__MODULE__{
          source: Path.t(),
          name: atom,
          size: Thumbnailer.Size.t(),
          options: keyword,
          tag: String.t(),
          # whether another browser may get another format
          varies?: boolean
        }

  @doc "The variant of an image that is there; `accepted` is what the browser says it takes."
  @spec find(Options.t(), atom, String.t(), String.t()) :: {:ok, t} | {:error, 404, String.t()}
  def find(options, name, image, accepted) do
    source = options.root |> Options.folder() |> Path.join(image) |> Source.expand()

    case stat(source) do
      {:regular, version} ->
        {size, own} = Keyword.fetch!(options.sizes, name)
        all = Keyword.merge(options.options, own)
        varies? = options.formats != [] and not Keyword.has_key?(all, :format)
        all = if varies?, do: negotiate(all, options.formats, accepted), else: all
        tag = tag([Options.identity(options.root), image, version, size, described(all)])

        {:ok,
         %__MODULE__{
           source: source,
           name: name,
           size: size,
           options: all,
           tag: tag,
           varies?: varies?
         }}

      _nothing ->
        {:error, 404, "not_found"}
    end
  end

  @doc "The formats that the thumbnail may be in, the likely one first."
  @spec formats(t) :: [Formats.saved(), ...]
  def formats(%{options: options, source: source}) do
    case Keyword.get(options, :format, :auto) do
      :auto -> Enum.uniq([likely(source) | Formats.savers()])
      format -> [format]
    end
  end

  # The format is detected from the content, which the suffix usually agrees with.
  defp likely(source) do
    case Formats.of_path(source) do
      nil -> :jpeg
      format -> if Formats.auto(format) == :opaque, do: :jpeg, else: Formats.auto(format)
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
      format -> Keyword.put(all, :format, format)
    end
  end

  # Where and how a thumbnail is made is not part of it; the content of an overlay is, and the module of a step.
  defp described(options) do
    on = Keyword.get(options, :on, InstanceOptions.default_name())

    for {name, value} <- Enum.sort(options),
        name not in [:on, :timeout, :retries, :coalesce, :shared_storage],
        do: {name, content(name, value, on)}
  end

  defp content(:overlay, image, _on), do: overlay(image)
  defp content(:step, steps, on), do: Request.steps!(on, steps)
  defp content(_name, value, _on), do: value

  defp overlay({:bytes, iodata}), do: :crypto.hash(:sha256, iodata)

  # Small, and often copied with each release, so its time says nothing.
  defp overlay(path) do
    with {:ok, file} <- path |> Source.expand() |> :file.open([:read, :raw, :binary]) do
      hash = hash(file, :crypto.hash_init(:sha256))
      _ = :file.close(file)
      hash
    end
  end

  defp hash(file, state) do
    case :file.read(file, @block) do
      {:ok, bytes} -> hash(file, :crypto.hash_update(state, bytes))
      :eof -> :crypto.hash_final(state)
      {:error, posix} -> {:error, posix}
    end
  end

  # Without the process that serves all other files of this node.
  defp stat(path) do
    case :file.read_file_info(path, [:raw, time: :posix]) do
      {:ok, info} ->
        stat = File.Stat.from_record(info)
        {stat.type, {stat.mtime, stat.size}}

      {:error, why} ->
        why
    end
  end

  # What an upgrade would make is another thumbnail.
  defp tag(parts) do
    :sha256
    |> :crypto.hash(:erlang.term_to_binary([Application.spec(:thumbnailer, :vsn) | parts]))
    |> binary_part(0, 16)
    |> Base.encode16(case: :lower)
  end
end
