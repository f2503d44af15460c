defmodule Bench.Comparison do
  @moduledoc """
  One recipe made by several contenders in turns. A row for each:

    * `ms`, `rounds` - milliseconds for an image: the median, and of each round
    * `ratio` - how many times as long as the first contender in the same round: the median
    * `cpu_ms`, `peak_mb` - see `Bench.Usage`
    * `ssim`, `bytes`, `size` - see `Bench.Quality`
    * `load` - the machine's load average of the last minute, of which the contenders are a part
    * `skipped` - why there is nothing of that
  """

  alias Bench.{Contender, Quality, Rounds, Table}

  @columns ~w(case contender version parallel ms ratio cpu_ms peak_mb ssim bytes size skipped load rounds)a

  @doc "Measures, prints and returns rows. `contenders` are functions that take the recipe and start one, see `Bench.Peers`."
  def run(title, recipe, contenders, settings) do
    {ready, skipped} =
      contenders |> Enum.map(& &1.(recipe)) |> Enum.split_with(&is_struct(&1, Contender))

    step = Enum.max([length(recipe.files), recipe.parallel])
    ready = Enum.map(ready, &Rounds.calibrate(&1, step, settings.round_ms))
    qualities = Quality.measure(ready, recipe, settings)
    measured = Rounds.run(ready, settings.rounds)
    for contender <- ready, do: contender.stop.()

    made = Enum.zip_with([ready, measured, qualities], &row(&1, hd(measured)))
    rows = made ++ for {:skip, name, why} <- skipped, do: %{contender: name, skipped: why}
    print(title, rows, settings)
    [load | _longer] = "/proc/loadavg" |> File.read!() |> String.split()
    for row <- rows, do: Map.merge(row, %{case: title, parallel: recipe.parallel, load: load})
  end

  defp row([contender, measured, quality], first) do
    Map.merge(quality, %{
      contender: contender.name,
      version: contender.version,
      ms: Rounds.median(measured.rounds),
      ratio: Rounds.ratio(measured.rounds, first.rounds),
      cpu_ms: measured.processor,
      peak_mb: measured.peak / 1_000_000,
      rounds: measured.rounds
    })
  end

  defp print(title, rows, settings) do
    IO.puts("#{title}: medians of #{settings.rounds} rounds")
    {skipped, made} = Enum.split_with(rows, & &1[:skipped])
    Table.print([headings() | Enum.map(made, &cells/1)])
    for row <- skipped, do: IO.puts("skipped: #{row.contender}, #{row.skipped}\n")
  end

  @doc "The headings of a table for people, and the cells of a row."
  def headings, do: ["", "ms", "images/s", "ratio", "CPU ms", "peak MB", "SSIM", "bytes", "size"]

  def cells(row) do
    [
      row.contender,
      Table.number(row.ms, 2),
      Table.number(1000 / row.ms, 1),
      Table.number(row.ratio, 2),
      Table.number(row.cpu_ms, 2),
      Table.number(row.peak_mb, 0),
      Table.number(row[:ssim], 4),
      Table.number(row[:bytes], 0),
      row[:size] || "-"
    ]
  end

  @doc "Writes the rows of a workload to build/bench/NAME.tsv."
  def write(rows, name, settings), do: Table.write(name, @columns, rows, settings)

  @doc "Reads them again."
  def read(name, settings) do
    for row <- Table.read(name, settings) do
      row = for {column, text} <- row, into: %{}, do: {String.to_existing_atom(column), text}

      numbers =
        for column <- ~w(ms ratio cpu_ms peak_mb ssim bytes)a,
            into: %{},
            do: {column, to_number(row[column])}

      row
      |> Map.merge(numbers)
      |> Map.update!(:rounds, &(&1 |> String.split() |> Enum.map(fn text -> to_number(text) end)))
      |> Map.update!(:skipped, &if(&1 != "", do: &1))
    end
  end

  defp to_number(""), do: nil
  defp to_number(text), do: text |> Float.parse() |> elem(0)
end
