defmodule Thumbnailer.Call.QuestionsTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Error

  @moduletag :real

  setup context do
    {:ok, on: start_instance(context.test, workers: 2)}
  end

  test "stats/1 counts what was served and what failed, here and in the program", %{on: on} do
    Thumbnailer.make!(sample("quadrants.png"), 10, on: on)
    Thumbnailer.make(sample("no_such_file"), 10, on: on)
    assert {:ok, stats} = Thumbnailer.stats(on)

    assert %{state: :up, waiting: 0, sent: 0, served: 1, failed: %{not_found: 1}, restarts: 0} =
             stats

    assert %{workers: 2, busy: 0} = stats.program
    assert %{workers: 2, memory: %{server: server, workers: workers}} = stats
    # Processes with libvips in them: more than nothing, less than the machine.
    assert server in 100_000..500_000_000
    assert workers in 100_000..1_000_000_000
    assert %{p50: p50, p95: p95, p99: p99} = stats.latency
    assert 0 < p50 and p50 <= p95 and p95 <= p99 and p99 < 30_000
  end

  test "ping/1 says whether the program answers", %{on: on} do
    assert Thumbnailer.ping(on) == :ok
    assert {:error, %Error{reason: :unavailable}} = Thumbnailer.ping(:no_such_instance)
  end
end
