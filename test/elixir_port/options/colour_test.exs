defmodule Thumbnailer.Options.ColourTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Options.Colour

  alias Thumbnailer.Options.Colour

  for {colour, wire} <- [
        {"#000", "#000000ff"},
        {"#FfF", "#ffffffff"},
        {"#102030", "#102030ff"},
        {"#10203040", "#10203040"},
        {"#ABCDEF01", "#abcdef01"},
        {{0, 16, 255}, "#0010ffff"},
        {{1, 2, 3, 0}, "#01020300"}
      ] do
    test "#{inspect(colour)} is #{wire} on the wire" do
      assert Colour.cast(unquote(Macro.escape(colour))) == {:ok, unquote(wire)}
    end
  end

  for wrong <- [
        "",
        "#",
        "#12",
        "#1234",
        "#12345",
        "#xyz",
        "#gggggg",
        "fff",
        "ffffff#",
        :white,
        nil,
        0xFFFFFF,
        {0, 0},
        {0, 0, 256},
        {0, 0, -1},
        {0.0, 0, 0},
        {1, 2, 3, 256}
      ] do
    test "#{inspect(wrong)} is no colour" do
      assert Colour.cast(unquote(Macro.escape(wrong))) == :error
    end
  end
end
