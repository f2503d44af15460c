defmodule Bench.Rounds do
  @moduledoc "Measures implementations in turns."

  alias Bench.Usage

  @doc """
  Warms an implementation up and sets its number of images, so that a round takes about `round_ms`. The number is a multiple of
  `step`, so that each round has the same images.
  """
  def calibrate(implementation, step, round_ms) do
    implementation.make.(step)
    {milliseconds, _memory} = implementation.make.(step)
    %{implementation | count: step * max(1, round(round_ms / milliseconds))}
  end

  @doc "For each implementation: milliseconds for an image in each round, processor time for an image, and peak memory in bytes."
  def run(implementations, rounds) do
    for _round <- 1..rounds,
        {implementation, place} <- Enum.with_index(implementations),
        reduce: %{} do
      measured ->
        round = measure(implementation)
        Map.update(measured, place, [round], &[round | &1])
    end
    |> Enum.sort()
    |> Enum.map(fn {_place, measured} -> measured |> Enum.reverse() |> gather() end)
  end

  defp measure(implementation) do
    before = Usage.processor(implementation)
    {milliseconds, gone} = implementation.make.(implementation.count)
    processor = Usage.processor(implementation) - before

    # If the processes that did the work have ended, only their memory counts; the others only started them.
    peak = if gone > 0, do: gone, else: Usage.peak(implementation)
    {milliseconds / implementation.count, processor / implementation.count, peak}
  end

  defp gather(measured) do
    %{
      rounds: Enum.map(measured, &elem(&1, 0)),
      processor: measured |> Enum.map(&elem(&1, 1)) |> mean(),
      peak: measured |> Enum.map(&elem(&1, 2)) |> Enum.max()
    }
  end

  defp mean(list), do: Enum.sum(list) / length(list)

  @doc "The median."
  def median(list), do: list |> Enum.sort() |> Enum.at(div(length(list), 2))

  @doc "The median of the ratio of two implementations' times in the same round."
  def ratio(rounds, others),
    do: rounds |> Enum.zip_with(others, &(&1 / &2)) |> median()
end
