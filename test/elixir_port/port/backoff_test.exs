defmodule Thumbnailer.Port.BackoffTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Port.Backoff

  test "the wait doubles, less a random half" do
    for {failures, full} <- [{1, 100}, {2, 200}, {3, 400}, {8, 12_800}], _ <- 1..50 do
      delay = Backoff.delay(failures)
      assert delay > div(full, 2) and delay <= full
    end
  end

  test "the wait is never longer than half a minute" do
    for failures <- [10, 100, 1_000_000],
        _ <- 1..50,
        do: assert(Backoff.delay(failures) in 15_001..30_000)
  end

  test "two instances do not wait in step" do
    assert 1..50 |> Enum.map(fn _ -> Backoff.delay(5) end) |> Enum.uniq() |> length() > 1
  end
end
