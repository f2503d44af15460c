defmodule Thumbnailer.ArchitectureTest do
  # The drawings of docs/architecture.md are what the includes and the aliases say.
  use ExUnit.Case, async: true

  alias Thumbnailer.Rooms

  for folder <- ["port", "port/thumbnail", "elixir_port"] do
    test "#{folder}: each room is drawn, once, and each that is drawn is there" do
      undrawn = for {room, nil} <- Rooms.rows(unquote(folder)), do: room

      assert undrawn == [],
             "give it a place in docs/architecture.md: the row below all that refer to it"

      assert Rooms.missing(unquote(folder)) == []
    end

    test "#{folder}: a room refers to its own row and to those below" do
      rows = Rooms.rows(unquote(folder))
      references = Rooms.references(unquote(folder))
      assert length(references) > 40

      upward = for {from, to} <- references, rows[from] > rows[to], do: "#{from} -> #{to}"
      assert upward == []
    end
  end
end
