defmodule Thumbnailer.Batch.Input.Search do
  @moduledoc false
  # The images that patterns stand for, found one folder at a time, and the files that are left out.
  #
  # A pattern is a file, a folder (all files below it whose suffix is that of an image format) or a glob such as
  # `"photos/**/*.{jpg,png}"` (all files that it matches). In a glob `*`, `?`, `[abc]` and `{jpg,png}` match within one
  # name, and `**` any number of folders; a name that begins with a dot is matched only when the glob writes
  # the dot. Links to files are followed; links to folders where the glob names them, not by `**`.
  #
  # A list holds the path of one file in each line, or between null bytes. What comes of a path in a list mirrors the whole
  # path: `a/b.jpg` as `a/b.jpg`, `/srv/a.jpg` as `srv/a.jpg`.

  alias Thumbnailer.Batch.Input
  alias Thumbnailer.Batch.Input.{Filter, Glob, PathList, Walk}
  alias Thumbnailer.OS.RawPath

  @typedoc """
  Where to look: `from` is the path of a list, `\"-\"` standard input; `null` whether null bytes stand between its paths; `out` an absolute
  folder that is left out.
  """
  @type where :: %{
          patterns: [String.t()],
          from: Path.t() | nil,
          null: boolean,
          filter: Filter.t(),
          out: Path.t() | nil
        }

  @doc "A lazy stream of what the patterns and the list stand for."
  @spec stream(where) :: Enumerable.t(Input.found())
  def stream(where) do
    Stream.concat(Stream.flat_map(where.patterns, &expand(&1, where)), listed(where))
  end

  @doc "The folder that the outputs of a pattern mirror: the folder itself, or what a glob starts at."
  @spec base(String.t()) :: Path.t()
  def base(pattern) do
    cond do
      RawPath.folder?(pattern) -> pattern
      glob?(pattern) -> pattern |> Glob.split() |> elem(0)
      true -> Path.dirname(pattern)
    end
  end

  @doc "Whether a pattern that is no glob is there."
  @spec there?(String.t()) :: boolean
  def there?(pattern), do: glob?(pattern) or match?({:ok, _info}, RawPath.stat(pattern))

  defp glob?(pattern),
    do: Glob.glob?(pattern) and match?({:error, _posix}, RawPath.lstat(pattern))

  defp expand(pattern, %{filter: filter, out: out}) do
    walk = %Walk{filter: filter, out: out}

    cond do
      RawPath.folder?(pattern) ->
        Walk.files(%{walk | by_suffix: true}, pattern, Glob.everything())

      glob?(pattern) ->
        {folder, rests} = Glob.split(pattern)
        Walk.files(walk, folder, rests)

      true ->
        single(pattern, Path.basename(pattern), filter)
    end
  end

  defp listed(%{from: nil}), do: []

  defp listed(%{from: list, null: null?, filter: filter}) do
    list
    |> PathList.stream(null?)
    |> Stream.flat_map(fn
      path when is_binary(path) -> single(path, below_root(path), filter)
      unreadable -> [unreadable]
    end)
  end

  defp single(path, relative, filter) do
    if Filter.file?(filter, relative),
      do: [%Input{path: path, relative: relative}],
      else: [{:left_out, :excluded, path}]
  end

  defp below_root(path) do
    parts = Path.split(path)
    parts = if ".." in parts, do: path |> RawPath.expand() |> Path.split(), else: parts
    parts |> Enum.reject(&(&1 in ["/", "."])) |> Enum.join("/")
  end
end
