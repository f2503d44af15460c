defmodule Thumbnailer.Instance.Latency do
  @moduledoc false
  # How long things took during the last five minutes, in a size that does not grow: durations are counted in buckets, eight
  # to each power of two of microseconds, so that a percentile is at most an eighth too high. The buckets are those of
  # HdrHistogram with three bits of precision: http://hdrhistogram.org. Each half minute has its own counts, and those of
  # more than ten half minutes ago are dropped.

  import Bitwise

  @bits 3
  @per_power 1 <<< @bits

  # Two hours and more fall into the last bucket: no deadline is longer than one.
  @longest 1 <<< 33

  # Microseconds.
  @slice 30_000_000
  @slices 10

  defstruct slice: nil, counts: %{}, past: []

  @type counts :: %{optional(non_neg_integer) => pos_integer}

  @typedoc "`counts` are those of the half minute `slice`, `past` those of earlier ones, the last first."
  @type t :: %__MODULE__{
          slice: integer | nil,
          counts: counts,
          past: [{slice :: integer, counts}]
        }

  @doc "Counts a duration in microseconds; `now` is microseconds of any clock that never goes back."
  @spec add(t, integer, integer) :: t
  def add(%__MODULE__{} = latency, duration, now) do
    latency = turn(latency, Integer.floor_div(now, @slice))
    bucket = duration |> max(0) |> min(@longest) |> bucket()
    %{latency | counts: count(latency.counts, bucket)}
  end

  defp count(counts, bucket) do
    case counts do
      %{^bucket => count} -> %{counts | bucket => count + 1}
      _first -> Map.put(counts, bucket, 1)
    end
  end

  defp turn(%{slice: slice} = latency, slice), do: latency
  defp turn(%{slice: nil} = latency, slice), do: %{latency | slice: slice}

  defp turn(latency, slice) do
    past =
      for {at, counts} <- [{latency.slice, latency.counts} | latency.past],
          at > slice - @slices,
          do: {at, counts}

    %{latency | slice: slice, counts: %{}, past: past}
  end

  @doc """
  The durations in milliseconds that `percents` of those counted did not exceed; `nil` when there were none.

      iex> alias Thumbnailer.Instance.Latency
      iex> latency = Enum.reduce(1..100, %Latency{}, &Latency.add(&2, &1 * 1000, 0))
      iex> [p50] = Latency.percentiles(latency, [50], 0)
      iex> p50 >= 50 and p50 < 57
      true
      iex> Latency.percentiles(latency, [50], 330_000_000)
      [nil]
  """
  @spec percentiles(t, [number], integer) :: [float | nil]
  def percentiles(%__MODULE__{} = latency, percents, now) do
    %{counts: counts, past: past} = turn(latency, Integer.floor_div(now, @slice))
    all = Enum.reduce(past, counts, fn {_at, counts}, all -> Map.merge(all, counts, &sum/3) end)
    total = all |> Map.values() |> Enum.sum()
    buckets = Enum.sort(all)
    for percent <- percents, do: percentile(buckets, total * percent / 100)
  end

  defp sum(_bucket, one, other), do: one + other

  defp percentile([], _rank), do: nil
  defp percentile(buckets, rank), do: buckets |> reach(rank) |> highest() |> ms()

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
