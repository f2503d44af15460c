defmodule Thumbnailer.Batch.Input.Walk do
  @moduledoc false
  # The files below a folder, found one folder at a time, in the order of the bytes of their names. Each file is an
  # input or is told as left out; of a folder that is not entered only the folder is told.

  alias Thumbnailer.Batch.Input
  alias Thumbnailer.Batch.Input.{Filter, Glob, Kind}
  alias Thumbnailer.OS.{Parallel, RawPath}
  alias Thumbnailer.Error

  # Names that are looked at together.
  @chunk 256

  @enforce_keys [:filter, :out]
  defstruct [:filter, :out, by_suffix: false]

  @typedoc "`out` is the absolute folder that is not entered; `by_suffix` whether only images are taken, by their suffixes."
  @type t :: %__MODULE__{filter: Filter.t(), out: Path.t() | nil, by_suffix: boolean}

  @doc "What lies below `folder` and is matched by `rests`."
  @spec files(t, Path.t(), Glob.rests()) :: Enumerable.t()
  def files(walk, folder, rests), do: walk(walk, {folder, ""}, rests)

  # A place is the folder that the pattern starts at and a path below it.
  defp walk(walk, place, rests) do
    folder = path(place)

    case RawPath.list(folder) do
      {:ok, names} ->
        names |> Stream.chunk_every(@chunk) |> Stream.flat_map(&visit(walk, &1, place, rests))

      {:error, posix} ->
        [{:error, folder, unreadable(posix)}]
    end
  end

  defp visit(walk, names, {base, below}, rests) do
    names
    # That of a batch itself.
    |> Enum.reject(&(&1 == ".thumbnailer"))
    |> Parallel.map(fn name ->
      place = {base, join(below, name)}
      next = Glob.step(rests, name)
      {place, next, if(next != [], do: RawPath.lstat(path(place)))}
    end)
    |> Stream.flat_map(&found(walk, &1))
  end

  defp found(walk, {place, [], nil}),
    do: if(walk.by_suffix, do: [{:left_out, :hidden, path(place)}], else: [])

  defp found(walk, {{_base, below} = place, next, info}) do
    path = path(place)

    case info do
      {:ok, %{type: :directory}} ->
        enter(walk, place, next)

      {:ok, %{type: :symlink}} ->
        linked(walk, place, next, RawPath.stat(path))

      {:ok, %{type: :regular} = info} ->
        file(walk, %Input{path: path, relative: below, info: info}, next)

      {:ok, _device} ->
        told(next, :special, path)

      # It is gone since the folder was read.
      {:error, :enoent} ->
        []

      {:error, posix} ->
        [{:error, path, unreadable(posix)}]
    end
  end

  defp linked(walk, {_base, below} = place, next, target) do
    path = path(place)

    case target do
      {:ok, %{type: :directory}} ->
        follow(walk, place, next)

      {:ok, %{type: :regular} = info} ->
        file(walk, %Input{path: path, relative: below, info: info}, next)

      {:ok, _device} ->
        told(next, :special, path)

      {:error, _leads_nowhere} ->
        told(next, :link, path)
    end
  end

  # A link to a folder is followed where the glob names it; `**` would follow it for ever.
  defp follow(walk, place, next) do
    case Glob.named(next) do
      named when named in [[], [[]]] ->
        if walk.by_suffix, do: [{:left_out, :link, path(place)}], else: []

      named ->
        enter(walk, place, named)
    end
  end

  defp enter(walk, {_base, below} = place, rests) do
    cond do
      rests in [[], [[]]] -> []
      walk.out != nil and RawPath.expand(path(place)) == walk.out -> []
      not Filter.folder?(walk.filter, below) -> [{:left_out, :excluded, path(place)}]
      true -> walk(walk, place, rests)
    end
  end

  defp file(walk, input, next) do
    kind = if walk.by_suffix, do: Kind.of(input.path), else: :read

    cond do
      not Glob.matched?(next) -> []
      not Filter.file?(walk.filter, input.relative) -> [{:left_out, :excluded, input.path}]
      kind != :read -> [{:left_out, kind, input.path}]
      true -> [input]
    end
  end

  defp told(next, kind, path),
    do: if(Glob.matched?(next), do: [{:left_out, kind, path}], else: [])

  defp path({base, ""}), do: base
  defp path({base, below}), do: join(base, below)

  defp join("", name), do: name
  defp join("/", name), do: "/" <> name
  defp join(folder, name), do: String.trim_trailing(folder, "/") <> "/" <> name

  defp unreadable(posix) do
    reason = if posix == :enoent, do: :not_found, else: :no_access
    Error.new(reason, "the folder cannot be read: #{:file.format_error(posix)}")
  end
end
