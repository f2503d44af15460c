defmodule Thumbnailer.Batch.Input.GlobTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Batch.Input.Glob

  # Whether the glob matches the path, name by name.
  defp matches?(glob, path) do
    {_folder, rests} = Glob.split(glob)
    path |> Path.split() |> Enum.reduce(rests, &Glob.step(&2, &1)) |> Glob.matched?()
  end

  for {glob, yes, no} <- [
        {"*.jpg", ["a.jpg", "é.jpg"], ["a.png", ".jpg", "b/a.jpg", "a.jpg.txt"]},
        {"a?c", ["abc", "a.c"], ["ac", "abbc"]},
        {"[ab]*", ["a", "bob"], ["c", "ca"]},
        {"[a-c].png", ["b.png"], ["d.png", "-.png"]},
        {"*.{jpg,png}", ["a.jpg", "b.png"], ["a.gif", "a.jpgpng"]},
        {"**", ["a", "b/c/d.e"], [".a", ".b/c", "b/.c"]},
        {"**/*.jpg", ["a.jpg", "b/a.jpg", "c/b/a.jpg"], ["a.png", ".b/a.jpg"]},
        {"*/b/**/c", ["a/b/c", "x/b/y/z/c"], ["b/c", "a/b", "a/x/c"]},
        {".*", [".a"], ["a"]},
        {"a+(b)*", ["a+(b)c"], ["aab"]},
        {"*[", ["a["], ["a"]},
        {"*{a", ["xa"], ["x"]},
        {"*.j\\pg", ["a.j\\pg"], ["a.jpg"]}
      ] do
    test "#{glob} matches #{inspect(yes)} and not #{inspect(no)}" do
      for path <- unquote(yes), do: assert(matches?(unquote(glob), path), path)
      for path <- unquote(no), do: refute(matches?(unquote(glob), path), path)
    end
  end

  test "a name that is not UTF-8 is matched, too" do
    assert matches?("*.jpg", <<255, ".jpg">>)
  end

  test "a glob starts at the folder before its first wildcard" do
    assert {"/srv/photos", _} = Glob.split("/srv/photos/*/a.jpg")
    assert {"photos", _} = Glob.split("photos/**")
    assert {".", _} = Glob.split("*.jpg")
    assert {"/", _} = Glob.split("/*.jpg")
  end
end
