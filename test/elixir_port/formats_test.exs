defmodule Thumbnailer.FormatsTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Formats

  alias Thumbnailer.Formats

  test "every suffix stands for one format" do
    suffixes = Enum.flat_map(Formats.table(), & &1.suffixes)
    assert suffixes == Enum.uniq(suffixes)

    for %{name: name, suffixes: suffixes} <- Formats.table(),
        suffix <- suffixes,
        do: assert(Formats.of_path("a.b." <> suffix) == name)
  end

  test "a name without a suffix stands for none, even when it is that of a format" do
    assert Formats.of_path("png") == nil
    assert Formats.of_path("folder.png/photo") == nil
  end

  test "what is written with format: :auto can be written" do
    for %{auto: auto} <- Formats.table(), auto != :opaque, do: assert(Formats.saves?(auto))
  end
end
