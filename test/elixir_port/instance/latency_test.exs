defmodule Thumbnailer.Instance.LatencyTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Instance.Latency

  alias Thumbnailer.Instance.Latency

  defp of(durations, now \\ 0), do: Enum.reduce(durations, %Latency{}, &Latency.add(&2, &1, now))

  test "nothing counted has no percentiles" do
    assert Latency.percentiles(%Latency{}, [50, 99], 0) == [nil, nil]
  end

  test "a percentile is never too low and at most an eighth too high" do
    for exact <- [1, 7, 8, 9, 15, 16, 17, 255, 256, 1_000, 12_345, 999_999, 3_600_000_000] do
      [p50] = Latency.percentiles(of([exact]), [50], 0)
      assert p50 * 1_000 >= exact
      assert p50 * 1_000 <= exact * 9 / 8
    end
  end

  test "percentiles are in their order" do
    durations = Enum.shuffle(Enum.to_list(1..1_000))
    [p50, p95, p99] = durations |> of() |> Latency.percentiles([50, 95, 99], 0)
    assert p50 * 1_000 >= 500 and p50 * 1_000 < 565
    assert p95 * 1_000 >= 950 and p95 * 1_000 < 1_070
    assert p99 * 1_000 >= 990 and p99 * 1_000 < 1_115
  end

  test "its size is bounded, whatever is counted" do
    histogram = of(for n <- 0..100_000, do: rem(n * 7_919 * n, 20_000_000_000) - 5)
    assert histogram.counts |> Map.values() |> Enum.sum() == 100_001
    assert map_size(histogram.counts) < 300
  end

  @minute 60_000_000

  test "what was slow this morning is not in the percentiles of the last five minutes" do
    slow = of(List.duplicate(9_000_000, 1_000))
    assert [p99] = Latency.percentiles(slow, [99], 4 * @minute)
    assert p99 > 9_000
    later = Latency.add(slow, 1_000, 6 * @minute)
    assert [p99] = Latency.percentiles(later, [99], 6 * @minute)
    assert p99 < 2
    assert Latency.percentiles(later, [50, 99], 12 * @minute) == [nil, nil]
  end

  test "time does not make it grow" do
    latency =
      Enum.reduce(0..1_000, %Latency{}, fn n, latency -> Latency.add(latency, 5, n * @minute) end)

    assert length(latency.past) <= 10
  end
end
