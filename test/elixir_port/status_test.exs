defmodule Thumbnailer.StatusTest do
  # The types of Thumbnailer.Status say exactly what the real replies hold.
  use ExUnit.Case, async: true

  import Thumbnailer.Conforming
  import Thumbnailer.Fixtures

  alias Thumbnailer.Status

  @moduletag :real

  test "what info/1 yields", %{test: name} do
    {:ok, info} = name |> start_instance() |> Thumbnailer.info()
    assert faults(info, Status, :info) == []
  end

  test "what sandbox_status/1 yields, in each mode", %{test: name} do
    for mode <- [:best_effort, :audit, :off] do
      on = start_instance(:"#{name} #{mode}", sandbox: mode)
      {:ok, status} = Thumbnailer.sandbox_status(on)
      assert faults(status, Status, :sandbox) == []
    end
  end

  test "what stats/1 yields before the program runs, and when it has answered well and badly", %{
    test: name
  } do
    on = start_instance(name, lazy: true)
    {:ok, idle} = Thumbnailer.stats(on)
    assert faults(idle, Status, :stats) == []
    assert %{state: :idle, program: nil, workers: nil, memory: nil} = idle

    {:ok, _thumbnail} = Thumbnailer.make(sample("photo.jpg"), 20, on: on)
    {:error, _error} = Thumbnailer.make(sample("truncated.jpg"), 20, on: on)
    {:ok, up} = Thumbnailer.stats(on)
    assert faults(up, Status, :stats) == []
    assert %{state: :up, failed: %{bad_image: 1}, program: %{served: 1}} = up
  end

  test "a key that is missing, one too many and one of another type are found" do
    latency = %{p50: 1.5, p95: nil, p99: :never, p100: 2}

    assert faults(latency, Status, :latency) |> Enum.sort() == [
             "latency has :p100, which the type has not",
             "latency.p99 is :never"
           ]

    assert faults(%{p50: 1, p95: 1}, Status, :latency) == ["latency has no :p99"]
  end
end
