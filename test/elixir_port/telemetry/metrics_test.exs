defmodule Thumbnailer.Telemetry.MetricsTest do
  # Not at the same time as others: a module takes the place of Telemetry.Metrics.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures, only: [root: 1]

  alias Thumbnailer.Telemetry
  alias Thumbnailer.Telemetry.{Events, Metrics}

  test "metrics are made of events, measurements and tags that there are" do
    for {_kind, event, measurement, tags, _unit, _text} <- Metrics.table() do
      {_event, measured, about, _text} = List.keyfind!(Events.table(), event, 0)
      assert measurement in measured
      assert tags -- about == []
      refute :source in tags
    end

    names = for {kind, name, _opts} <- Metrics.calls(), do: {kind, name}
    assert names == Enum.uniq(names)
  end

  test "docs/operations.md lists each metric" do
    listed =
      for "| `thumbnailer." <> _ = line <-
            "docs/operations.md" |> root() |> File.read!() |> String.split("\n"),
          do: line

    expected =
      for {kind, name, opts} <- Metrics.calls() do
        tags = Enum.map_join(opts[:tags], ", ", &"`#{&1}`")
        "| `#{Enum.join(name, ".")}` | #{kind} | #{tags} |"
      end

    assert listed == expected
  end

  test "metrics are what Telemetry.Metrics makes of them" do
    Code.eval_string("""
    defmodule Elixir.Telemetry.Metrics do
      for kind <- [:summary, :counter, :sum] do
        def unquote(kind)(name, opts) do
          [] = Keyword.keys(opts) -- [:event_name, :measurement, :tags, :description, :unit]
          {unquote(kind), name, opts}
        end
      end
    end
    """)

    metrics = Telemetry.metrics()
    assert length(metrics) == length(Metrics.table())

    assert {:summary, [:thumbnailer, :make, :stop, :duration], opts} = hd(metrics)
    assert opts[:unit] == {:native, :millisecond}
    assert opts[:event_name] == [:thumbnailer, :make, :stop]
  after
    :code.purge(:"Elixir.Telemetry.Metrics")
    :code.delete(:"Elixir.Telemetry.Metrics")
  end
end
