defmodule Thumbnailer.Batch.Input do
  @moduledoc false
  # The images that patterns stand for, found one folder at a time.
  #
  # A pattern is a file, a folder (all files below it whose suffix is that of an image format) or a glob such as
  # `"photos/**/*.{jpg,png}"` (all files that it matches). In a glob `*`, `?`, `[abc]` and `{jpg,png}` match within one
  # name, and `**` any number of folders; a name that begins with a dot is matched only when the glob writes
  # the dot. Links to folders are followed where the glob names them, not by `**`.
  #
  # A list holds the path of one file in each line, or between null bytes. What comes of a path in a list mirrors the whole
  # path: `a/b.jpg` as `a/b.jpg`, `/srv/a.jpg` as `srv/a.jpg`.

  alias Thumbnailer.{Error, Formats}
  alias Thumbnailer.Batch.Input.{Glob, PathList}

  @enforce_keys [:path, :relative]
  defstruct [:path, :relative, :info]

  @typedoc """
  `relative` is the path below the folder that the pattern starts at, which outputs mirror; `info` what the file system
  says of a regular file that was found in a folder, with times in POSIX seconds.
  """
  @type t :: %__MODULE__{path: Path.t(), relative: Path.t(), info: File.Stat.t() | nil}

  @typedoc "An input, or a folder that cannot be read."
  @type found :: t | {:error, Path.t(), Error.t()}

  @doc "A lazy stream of what the patterns and the list stand for, leaving out the folder `out`."
  @spec stream([String.t()], Path.t() | nil, Path.t()) :: Enumerable.t()
  def stream(patterns, list \\ nil, out) do
    # Thumbnails that are made below an input folder must not be inputs themselves.
    out = Path.expand(out)
    Stream.concat(Stream.flat_map(patterns, &expand(&1, out)), listed(list))
  end

  defp listed(nil), do: []

  defp listed(list) do
    list
    |> PathList.stream()
    |> Stream.map(fn
      path when is_binary(path) -> %__MODULE__{path: path, relative: below_root(path)}
      unreadable -> unreadable
    end)
  end

  defp below_root(path) do
    parts = Path.split(path)
    parts = if ".." in parts, do: path |> Path.expand() |> Path.split(), else: parts
    parts |> Enum.reject(&(&1 in ["/", "."])) |> Path.join()
  end

  defp expand(pattern, out) do
    cond do
      File.dir?(pattern) ->
        {pattern, ""} |> walk(Glob.everything(), out) |> Stream.filter(&image?/1)

      Glob.glob?(pattern) and not File.exists?(pattern) ->
        {folder, rests} = Glob.split(pattern)
        walk({folder, ""}, rests, out)

      true ->
        [%__MODULE__{path: pattern, relative: Path.basename(pattern)}]
    end
  end

  defp image?(%__MODULE__{path: path}), do: Formats.of_path(path) != nil
  defp image?({:error, _path, _error}), do: true

  # A place is the folder that the pattern starts at and a path below it.
  defp walk(place, rests, out) do
    folder = path(place)

    case names(folder, out) do
      {:ok, names} -> names |> Enum.sort() |> Stream.flat_map(&visit(&1, place, rests, out))
      {:error, posix} -> [{:error, folder, unreadable(posix)}]
    end
  end

  defp names(folder, out) do
    if Path.expand(folder) == out, do: {:ok, []}, else: File.ls(folder)
  end

  defp visit(name, {base, below}, rests, out) do
    place = {base, Path.join(below, name)}
    next = Glob.step(rests, name)

    case next != [] && kind(path(place)) do
      :folder -> enter(place, next, out)
      :link_to_folder -> enter(place, Glob.named(next), out)
      {:file, info} -> if(Glob.matched?(next), do: [input(place, info)], else: [])
      _other -> []
    end
  end

  defp enter(place, rests, out),
    do: if(rests in [[], [[]]], do: [], else: walk(place, rests, out))

  defp input({_base, below} = place, info),
    do: %__MODULE__{path: path(place), relative: below, info: info}

  defp path({base, ""}), do: base
  defp path({base, below}), do: Path.join(base, below)

  defp kind(path) do
    # :raw, as the file server of the BEAM is one process for all.
    case link_info(path) do
      {:ok, %{type: :symlink}} -> if(File.dir?(path), do: :link_to_folder, else: {:file, nil})
      {:ok, %{type: :directory}} -> :folder
      {:ok, %{type: :regular} = info} -> {:file, info}
      _other -> :other
    end
  end

  defp link_info(path) do
    with {:ok, record} <- :file.read_link_info(path, [:raw, time: :posix]),
         do: {:ok, File.Stat.from_record(record)}
  end

  defp unreadable(posix) do
    reason = if posix == :enoent, do: :not_found, else: :no_access
    Error.new(reason, "the folder cannot be read: #{:file.format_error(posix)}")
  end
end
