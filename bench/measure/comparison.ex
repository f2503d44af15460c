defmodule Bench.Comparison do
  @moduledoc """
  Measures one workload with several implementations in turns. A row for each:

    * `ms`, `rounds` - milliseconds for an image: the median, and the value of each round
    * `ratio` - the time relative to the first implementation in the same round: the median
    * `cpu_ms`, `peak_mb` - see `Bench.Usage`
    * `ssim`, `bytes`, `size` - see `Bench.Quality`
    * `load` - the machine's load average of the last minute, including the implementations
    * `skipped` - the cause, if the implementation could not be measured
  """

  alias Bench.{Implementation, Quality, Rounds, Table}

  @columns ~w(case implementation version parallel ms ratio cpu_ms peak_mb ssim bytes size skipped load rounds)a

  @doc "Measures, prints and returns rows. `implementations` are functions that take the workload and start one, see `Bench.Peers`."
  def run(title, workload, implementations, settings) do
    {ready, skipped} =
      implementations
      |> Enum.map(& &1.(workload))
      |> Enum.split_with(&is_struct(&1, Implementation))

    step = Enum.max([length(workload.files), workload.parallel])
    ready = Enum.map(ready, &Rounds.calibrate(&1, step, settings.round_ms))
    qualities = Quality.measure(ready, workload, settings)
    measured = Rounds.run(ready, settings.rounds)
    for implementation <- ready, do: implementation.stop.()

    made = Enum.zip_with([ready, measured, qualities], &row(&1, hd(measured)))
    rows = made ++ for {:skip, name, why} <- skipped, do: %{implementation: name, skipped: why}
    print(title, rows, settings)
    [load | _longer] = "/proc/loadavg" |> File.read!() |> String.split()
    for row <- rows, do: Map.merge(row, %{case: title, parallel: workload.parallel, load: load})
  end

  defp row([implementation, measured, quality], first) do
    Map.merge(quality, %{
      implementation: implementation.name,
      version: implementation.version,
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
    for row <- skipped, do: IO.puts("skipped: #{row.implementation}, #{row.skipped}\n")
  end

  @doc "The headings of a table for people, and the cells of a row."
  def headings, do: ["", "ms", "images/s", "ratio", "CPU ms", "peak MB", "SSIM", "bytes", "size"]

  def cells(row) do
    [
      row.implementation,
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
