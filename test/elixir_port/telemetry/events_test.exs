defmodule Thumbnailer.Telemetry.EventsTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Telemetry
  alias Thumbnailer.Telemetry.Events

  test "every word of the table is explained, and no other" do
    used =
      for {_event, measured, about, _text} <- Events.table(),
          name <- measured ++ about,
          uniq: true,
          do: name

    assert Enum.sort(used) == Enum.sort(Keyword.keys(Events.words()))
  end

  test "the documentation has the whole table" do
    {:docs_v1, _, _, _, %{"en" => text}, _, _} = Code.fetch_docs(Telemetry)
    for event <- Telemetry.events(), do: assert(text =~ "| `#{inspect(event)}` |")
  end
end
