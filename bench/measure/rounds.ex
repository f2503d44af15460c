defmodule Bench.Rounds do
  @moduledoc "Contenders measured in turns."

  alias Bench.Usage

  @doc """
  Warms a contender up and gives it a number of images for each round, so that a round takes about `round_ms`: a multiple of
  `step`, so that each round has the same images.
  """
  def calibrate(contender, step, round_ms) do
    contender.make.(step)
    {milliseconds, _memory} = contender.make.(step)
    %{contender | count: step * max(1, round(round_ms / milliseconds))}
  end

  @doc "For each contender the milliseconds for an image in each round, of processor for an image, and bytes of memory at most."
  def run(contenders, rounds) do
    for _round <- 1..rounds, {contender, place} <- Enum.with_index(contenders), reduce: %{} do
      measured ->
        round = measure(contender)
        Map.update(measured, place, [round], &[round | &1])
    end
    |> Enum.sort()
    |> Enum.map(fn {_place, measured} -> measured |> Enum.reverse() |> gather() end)
  end

  defp measure(contender) do
    before = Usage.processor(contender)
    {milliseconds, gone} = contender.make.(contender.count)
    processor = Usage.processor(contender) - before

    # Memory of processes that are gone was that of those that did the work; the rest only started them.
    peak = if gone > 0, do: gone, else: Usage.peak(contender)
    {milliseconds / contender.count, processor / contender.count, peak}
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
