defmodule Thumbnailer.Rooms do
  @moduledoc false
  # The drawings of docs/architecture.md, and what the sources say: which room refers to which. A room is a name in its
  # folder: `front` is port/front.h and front.cpp, `batch/lock` is elixir_port/lib/thumbnailer/batch/lock.ex.

  import Thumbnailer.Parts, only: [root: 1]

  alias Thumbnailer.Documents

  @folders %{
    "port" => {"port", ["*.{h,cpp}", "thumbnail/*.{h,cpp}"]},
    "port/thumbnail" => {"port/thumbnail", ["*.{h,cpp}"]},
    "elixir_port" => {"elixir_port/lib", ["**/*.ex"]}
  }

  @doc "The rows of the drawing of a folder, from top to bottom: their names and what is in them, `*` for many."
  def drawn(folder) do
    [block] =
      for %{language: "rooms", words: [^folder]} = block <-
            Documents.blocks("docs/architecture.md"),
          do: block

    for line <- String.split(block.code, "\n", trim: true) do
      [row | rooms] = String.split(line)
      {row, rooms}
    end
  end

  @doc "The row of each room that is there, by its number from the top; nil for one that is not drawn."
  def rows(folder) do
    patterns =
      for {{_name, rooms}, number} <- Enum.with_index(drawn(folder)),
          room <- rooms,
          do: {pattern(room), number}

    for room <- rooms(folder), into: %{} do
      found = for {pattern, number} <- patterns, room =~ pattern, do: number
      {room, if(length(found) == 1, do: hd(found))}
    end
  end

  @doc "The rooms of a drawing that are not there."
  def missing(folder) do
    there = rooms(folder)

    for {_row, rooms} <- drawn(folder),
        room <- rooms,
        not Enum.any?(there, &(&1 =~ pattern(room))),
        do: room
  end

  defp pattern(room),
    do: Regex.compile!("^" <> String.replace(Regex.escape(room), "\\*", "[^/]+") <> "$")

  @doc "All rooms of a folder."
  def rooms(folder), do: folder |> files() |> Enum.map(&room(folder, &1)) |> Enum.uniq()

  @doc "Which room refers to which: `{from, to}`, both in the folder."
  def references(folder) do
    there = folder |> rooms() |> MapSet.new()

    for file <- files(folder),
        to <- referred(folder, file),
        from = room(folder, file),
        from != to and to in there,
        uniq: true,
        do: {from, to}
  end

  defp files(folder) do
    {top, patterns} = @folders[folder]
    for pattern <- patterns, file <- Path.wildcard(root(Path.join(top, pattern))), do: file
  end

  defp room(folder, file) do
    {top, _patterns} = @folders[folder]

    file
    |> Path.relative_to(root(top))
    |> Path.rootname()
    |> String.replace_prefix("thumbnailer/", "")
  end

  defp referred("elixir_port", file) do
    file |> File.read!() |> Code.string_to_quoted!() |> modules() |> Enum.map(&module_room/1)
  end

  defp referred(folder, file) do
    for [_, path] <- Regex.scan(~r/^#include "([^"]+)"/m, File.read!(file)) do
      room(folder, file |> Path.dirname() |> Path.join(path) |> Path.expand())
    end
  end

  # Thumbnailer.Batch.Lock is in batch/lock; Mix.Tasks.Thumbnailer.Batch in mix/tasks/thumbnailer.batch.
  defp module_room(["Mix", "Tasks" | parts]),
    do: "mix/tasks/" <> Enum.map_join(parts, ".", &Macro.underscore/1)

  defp module_room(["Thumbnailer"]), do: "thumbnailer"
  defp module_room(["Thumbnailer" | parts]), do: Enum.map_join(parts, "/", &Macro.underscore/1)
  defp module_room(_other), do: nil

  # The modules that code names, with its aliases written out. What only a type or a text names is none of its needs.
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
