defmodule Thumbnailer.Folders do
  @moduledoc false
  # The folder lists of docs/architecture.md, and what the sources say: which folder refers to which.
  #
  # A line of a list is `folder/ file.ex -> other/ folders/`: the folder, files above it that count to it, and what it may
  # refer to. Subfolders have lines of their own. A file beside a folder of its name counts to that folder (`batch.ex` to
  # `batch/`), one that no line names counts to its own folder; `./` is the top.

  import Thumbnailer.Fixtures, only: [root: 1]

  alias Thumbnailer.Documents

  @languages %{
    "port" => {"port", "**/*.{h,cpp}"},
    "elixir_port" => {"elixir_port/lib", "**/*.ex"}
  }

  @type line :: %{name: String.t(), files: [String.t()], allowed: [String.t()]}

  @doc "The lines of the list of `language`; a line is called by its first word."
  @spec lines(String.t()) :: [line]
  def lines(language) do
    [block] =
      for %{language: "folders", words: [^language]} = block <-
            Documents.blocks("docs/architecture.md"),
          do: block

    for line <- String.split(block.code, "\n", trim: true) do
      [left | right] = String.split(line, "->")
      [name | files] = String.split(left)
      %{name: name, files: [name | files], allowed: right |> Enum.join() |> String.split()}
    end
  end

  @doc "All source files of `language`, each with the line that it counts to, `nil` when there is none."
  @spec places(String.t()) :: %{Path.t() => String.t() | nil}
  def places(language) do
    lines = lines(language)
    by_name = for %{name: name, files: files} <- lines, file <- files, into: %{}, do: {file, name}
    files = files(language)
    folders = MapSet.new(files, &folder/1)
    Map.new(files, &{&1, by_name[&1] || by_name[own_folder(&1, folders)]})
  end

  defp own_folder(file, folders) do
    beside = Path.rootname(file) <> "/"
    if beside in folders, do: beside, else: folder(file)
  end

  defp folder(file) do
    case Path.dirname(file) do
      "." -> "./"
      folder -> folder <> "/"
    end
  end

  @doc "Which file refers to which, both of `language`: `{from, to}`."
  @spec references(String.t()) :: [{Path.t(), Path.t()}]
  def references(language) do
    there = language |> files() |> MapSet.new()

    for from <- there,
        to <- referred(language, from),
        from != to and to in there,
        uniq: true,
        do: {from, to}
  end

  # The folder of the application is left out: `batch.ex` is elixir_port/lib/thumbnailer/batch.ex.
  defp files(language) do
    {top, pattern} = @languages[language]

    for path <- Path.wildcard(root(Path.join(top, pattern))),
        do: path |> Path.relative_to(root(top)) |> String.replace_prefix("thumbnailer/", "")
  end

  defp path("elixir_port", "mix/" <> _ = file), do: root("elixir_port/lib/" <> file)
  defp path("elixir_port", "thumbnailer.ex"), do: root("elixir_port/lib/thumbnailer.ex")
  defp path("elixir_port", file), do: root("elixir_port/lib/thumbnailer/" <> file)
  defp path("port", file), do: root("port/" <> file)

  defp referred("elixir_port" = language, file) do
    language
    |> path(file)
    |> File.read!()
    |> Code.string_to_quoted!()
    |> modules()
    |> Enum.map(&module_file/1)
  end

  defp referred("port" = language, file) do
    for [_, included] <- Regex.scan(~r/^#include "([^"]+)"/m, File.read!(path(language, file))),
        do: included
  end

  # Thumbnailer.Batch.Report is in batch/report.ex; Mix.Tasks.Thumbnailer.Batch in mix/tasks/thumbnailer.batch.ex.
  defp module_file(["Mix", "Tasks" | parts]),
    do: "mix/tasks/" <> Enum.map_join(parts, ".", &Macro.underscore/1) <> ".ex"

  defp module_file(["Thumbnailer"]), do: "thumbnailer.ex"

  defp module_file(["Thumbnailer" | parts]),
    do: Enum.map_join(parts, "/", &Macro.underscore/1) <> ".ex"

  defp module_file(_other), do: nil

  # The modules that code names, with its aliases written out. What only a type or a text names is not needed to run.
  defp modules(code) do
    code = Macro.prewalk(code, &without_types/1)
    {_code, aliases} = Macro.prewalk(code, %{}, &aliases/2)

    {_code, found} =
      code
      |> Macro.prewalk(&without_alias/1)
      |> Macro.prewalk([], fn node, found -> {node, named(node, aliases) ++ found} end)

    Enum.uniq(found)
  end

  defp without_types({:@, _, [{name, _, [_]}]})
       when name in [:spec, :type, :typep, :opaque, :callback],
       do: nil

  defp without_types(node), do: node

  defp without_alias({:alias, _, _}), do: nil
  defp without_alias(node), do: node

  defp aliases({:alias, _, [{{:., _, [{:__aliases__, _, base}, :{}]}, _, parts}]} = node, all) do
    {node, for({:__aliases__, _, part} <- parts, into: all, do: {List.last(part), base ++ part})}
  end

  defp aliases(
         {:alias, _, [{:__aliases__, _, parts}, [as: {:__aliases__, _, [name]}]]} = node,
         all
       ),
       do: {node, Map.put(all, name, parts)}

  defp aliases({:alias, _, [{:__aliases__, _, parts}]} = node, all),
    do: {node, Map.put(all, List.last(parts), parts)}

  defp aliases(node, all), do: {node, all}

  defp named({:__aliases__, _, [first | rest]}, aliases) when is_atom(first),
    do: [Enum.map(Map.get(aliases, first, [first]) ++ rest, &to_string/1)]

  defp named(_node, _aliases), do: []
end
