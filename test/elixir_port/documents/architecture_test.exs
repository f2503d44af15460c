defmodule Thumbnailer.Documents.ArchitectureTest do
  # The folder lists of docs/architecture.md are what the includes and the aliases say.
  use ExUnit.Case, async: true

  alias Thumbnailer.Folders

  for language <- ["port", "elixir_port"] do
    describe language do
      @describetag language: language

      test "each folder is listed, and each that is listed is there", %{language: language} do
        places = Folders.places(language)
        assert places != %{}
        assert for({file, nil} <- places, do: file) == []

        used = places |> Map.values() |> MapSet.new()
        assert for(%{name: name} <- Folders.lines(language), name not in used, do: name) == []

        files = for %{files: files} <- Folders.lines(language), file <- files, do: file
        gone = for file <- files, Path.extname(file) != "", not is_map_key(places, file), do: file
        assert gone == []
      end

      test "a folder refers to what its line allows, and to all of it", %{language: language} do
        allowed =
          for %{name: from, allowed: to} <- Folders.lines(language), to <- to, do: {from, to}

        found = edges(language)
        assert found != []

        assert found -- allowed == [],
               "not allowed by docs/architecture.md: #{show(found -- allowed)}"

        assert allowed -- found == [], "allowed without need: #{show(allowed -- found)}"
      end

      test "no folder depends on itself by way of others", %{language: language} do
        assert language |> edges() |> cycles() == []
      end
    end
  end

  test "a cycle is found" do
    assert cycles([{"a", "b"}, {"b", "c"}, {"c", "a"}, {"c", "d"}, {"e", "a"}]) == ["a", "b", "c"]
  end

  # Which line refers to which, each pair once.
  defp edges(language) do
    places = Folders.places(language)

    for {from, to} <- Folders.references(language),
        from = places[from],
        to = places[to],
        from != to,
        uniq: true,
        do: {from, to}
  end

  defp show(edges), do: Enum.map_join(edges, ", ", fn {from, to} -> "#{from} -> #{to}" end)

  defp cycles(edges) do
    nodes = for {from, _to} <- edges, uniq: true, do: from
    nodes |> Enum.filter(&(&1 in reached(edges, [&1], []))) |> Enum.sort()
  end

  defp reached(_edges, [], found), do: found

  defp reached(edges, from, found) do
    next = for {a, b} <- edges, a in from, b not in found, uniq: true, do: b
    reached(edges, next, next ++ found)
  end
end
