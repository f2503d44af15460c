defmodule Bench.Rounds do
  @moduledoc "Implementations measured in turns."

  alias Bench.Usage

  @doc """
  Warms an implementation up and gives it a number of images for each round, so that a round takes about `round_ms`: a multiple of
  `step`, so that each round has the same images.
  """
  def calibrate(implementation, step, round_ms) do
    implementation.make.(step)
    {milliseconds, _memory} = implementation.make.(step)
    %{implementation | count: step * max(1, round(round_ms / milliseconds))}
  end

  @doc "For each implementation the milliseconds for an image in each round, of processor for an image, and bytes of memory at most."
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

    # Memory of processes that are gone was that of those that did the work; the rest only started them.
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

  @doc "The value in the middle."
  def median(list), do: list |> Enum.sort() |> Enum.at(div(length(list), 2))

  @doc "The median of how many times as long one took as the other in the same round."
  def ratio(rounds, others),
    do: rounds |> Enum.zip_with(others, &(&1 / &2)) |> median()
end
