defmodule Thumbnailer.Batch.Input.Glob do
  @moduledoc false
  # A glob as a list of segments, one for each name of a path, and which of them may come next. Walking with a
  # glob visits one folder at a time; `Path.wildcard/2` yields its whole result at once.

  @typedoc "`:any` is `**`: any number of folders."
  @type segment :: :any | Regex.t()

  @typedoc "What may follow in a folder: each a rest of the glob. The empty rest has matched."
  @type rests :: [[segment]]

  @spec glob?(String.t()) :: boolean
  def glob?(pattern), do: String.contains?(pattern, ["*", "?", "[", "{"])

  @doc "The folder that a glob starts at, and what follows it."
  @spec split(String.t()) :: {Path.t(), rests}
  def split(pattern) do
    {folder, segments} = pattern |> Path.split() |> Enum.split_while(&(not glob?(&1)))
    {Path.join(["." | folder] |> from_root()), segments |> Enum.map(&compile(&1)) |> reach()}
  end

  defp from_root([".", "/" <> _ = root | folder]), do: [root | folder]
  defp from_root([".", first | folder]), do: [first | folder]
  defp from_root(here), do: here

  @doc "What follows when everything below a folder is meant."
  @spec everything() :: rests
  def everything, do: reach([:any])

  @doc "What may follow in the folder `name`; for a file, whether the empty rest is among it."
  @spec step(rests, String.t()) :: rests
  def step(rests, name) do
    for rest <- rests, next <- follow(rest, name), reached <- reach(next), uniq: true, do: reached
  end

  @spec matched?(rests) :: boolean
  def matched?(rests), do: [] in rests

  @doc "Without the rests that any name continues: a link to a folder is followed only when it is asked for."
  @spec named(rests) :: rests
  def named(rests), do: Enum.reject(rests, &match?([:any | _], &1))

  defp follow([:any | _] = rest, name), do: if(hidden?(name), do: [], else: [rest])
  defp follow([%Regex{} = names | rest], name), do: if(name =~ names, do: [rest], else: [])
  defp follow([], _name), do: []

  # Any number of folders includes none.
  defp reach([:any | rest] = all), do: [all | reach(rest)]
  defp reach(rest), do: [rest]

  @doc "A whole glob that is matched against paths; without a slash it is one for names at any depth."
  @spec whole(String.t()) :: rests
  def whole(glob) do
    segments = glob |> String.trim_trailing("/") |> Path.split() |> Enum.map(&compile(&1, true))
    if Enum.count(segments) == 1, do: [[:deep | segments]], else: [segments]
  end

  @doc "Whether a glob that `whole/1` read matches the path."
  @spec fits?(rests, Path.t()) :: boolean
  def fits?([[:deep, segment]], path), do: segment == :any or Path.basename(path) =~ segment

  def fits?(rests, path) do
    path
    |> Path.split()
    |> Enum.reduce(Enum.flat_map(rests, &reach/1), fn name, rests ->
      for rest <- rests,
          next <- follow_any(rest, name),
          reached <- reach(next),
          uniq: true,
          do: reached
    end)
    |> matched?()
  end

  # Unlike a walk, a filter sees hidden names only where they were asked for.
  defp follow_any([:any | _] = rest, _name), do: [rest]
  defp follow_any(rest, name), do: follow(rest, name)

  defp hidden?(name), do: String.starts_with?(name, ".")

  @doc "One segment. A name that begins with a dot matches only a segment that does."
  @spec compile(String.t(), hidden :: boolean) :: segment
  def compile(segment, hidden \\ false)
  def compile("**", _hidden), do: :any

  def compile(segment, hidden) do
    visible = if hidden or hidden?(segment), do: "", else: "(?!\\.)"
    # :dotall, as a name may hold a newline; bytes, as it need not be UTF-8.
    Regex.compile!("\\A" <> visible <> regex(segment, []) <> "\\z", [:dotall])
  end

  defp regex("*" <> rest, open), do: ".*" <> regex(rest, open)
  defp regex("?" <> rest, open), do: "." <> regex(rest, open)
  defp regex("{" <> rest, open), do: "(?:" <> regex(rest, [:brace | open])
  defp regex("}" <> rest, [:brace | open]), do: ")" <> regex(rest, open)
  defp regex("," <> rest, [:brace | _] = open), do: "|" <> regex(rest, open)

  defp regex("[" <> rest, open) do
    case String.split(rest, "]", parts: 2) do
      [set, rest] when set != "" -> "[" <> escape_set(set) <> "]" <> regex(rest, open)
      _no_end -> "\\[" <> regex(rest, open)
    end
  end

  # A brace that is never closed would be an error of the regular expression; it ends with the segment.
  defp regex("", open), do: String.duplicate(")", length(open))
  defp regex(<<byte, rest::binary>>, open), do: Regex.escape(<<byte>>) <> regex(rest, open)

  defp escape_set(set), do: String.replace(set, ["\\", "[", "^"], &("\\" <> &1))
end
