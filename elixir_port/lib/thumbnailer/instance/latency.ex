defmodule Thumbnailer.Instance.Latency do
  @moduledoc false
  # How long things took, in a size that does not grow: durations are counted in buckets, eight to each power of two
  # of microseconds, so that a percentile is at most an eighth too high. The buckets are those of HdrHistogram with
  # three bits of precision: http://hdrhistogram.org

  import Bitwise

  @bits 3
  @per_power 1 <<< @bits

  # Two hours and more fall into the last bucket: no deadline is longer than one.
  @longest 1 <<< 33

  defstruct counts: %{}, total: 0

  @type t :: %__MODULE__{
          counts: %{optional(non_neg_integer) => pos_integer},
          total: non_neg_integer
        }

  @doc "Counts a duration in microseconds."
  @spec add(t, integer) :: t
  def add(%__MODULE__{counts: counts, total: total} = histogram, duration) do
    bucket = duration |> max(0) |> min(@longest) |> bucket()
    %{histogram | counts: Map.update(counts, bucket, 1, &(&1 + 1)), total: total + 1}
  end

  @doc """
  The durations in milliseconds that `percents` of all counted ones did not exceed; `nil` while there are none.

      iex> histogram = Enum.reduce(1..100, %Thumbnailer.Instance.Latency{}, &Thumbnailer.Instance.Latency.add(&2, &1 * 1000))
      iex> [p50] = Thumbnailer.Instance.Latency.percentiles(histogram, [50])
      iex> p50 >= 50 and p50 < 57
      true
  """
  @spec percentiles(t, [number]) :: [float | nil]
  def percentiles(%__MODULE__{total: 0}, percents), do: Enum.map(percents, fn _ -> nil end)

  def percentiles(%__MODULE__{counts: counts, total: total}, percents) do
    buckets = Enum.sort(counts)
    for percent <- percents, do: buckets |> reach(total * percent / 100) |> highest() |> ms()
  end

  defp reach([{bucket, _count}], _rank), do: bucket
  defp reach([{bucket, count} | _rest], rank) when count >= rank, do: bucket
  defp reach([{_bucket, count} | rest], rank), do: reach(rest, rank - count)

  defp bucket(value) when value < @per_power, do: value

  defp bucket(value) do
    power = trunc(:math.log2(value)) - @bits
    (power + 1) * @per_power + (value >>> power) - @per_power
  end

  # The largest duration that falls into a bucket.
  defp highest(bucket) when bucket < @per_power, do: bucket

  defp highest(bucket) do
    power = div(bucket, @per_power) - 1
    ((@per_power + rem(bucket, @per_power) + 1) <<< power) - 1
  end

  defp ms(microseconds), do: microseconds / 1_000
end
