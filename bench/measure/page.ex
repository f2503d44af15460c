defmodule Bench.Page do
  @moduledoc """
  Writes the figures of docs/performance.md and docs/scaling.md: replaces the text between `<!-- NAME -->` and `<!-- end of NAME -->`
  by the last measurement of NAME. Without a measurement, the text stays.
  """

  alias Bench.{Cases, Comparison, Plot, Table, Target}

  # Workloads with one table for each case.
  @comparisons ~w(photo photos formats several progressive make)

  # The other benchmarks, with their columns.
  @tables %{
    "ping" => ~w(implementation p50_us p99_us ratio),
    "isolation" => ~w(isolation p50_ms p95_ms),
    "profile" => ~w(stage fast_720 balanced_720 fast_200 balanced_200),
    "soak" => ~w(images per_second workers_mb server_mb),
    "faults" => ~w(third third_per_second per_second ratio)
  }

  @doc "Fills in the page and draws the plot beside it."
  def write(folder, settings) do
    page = Path.join(folder, "performance.md")

    sections = [
      {"machine", machine(settings)},
      {"targets", targets(settings)} | measured(settings)
    ]

    fill_in(page, sections)
    fill_in(Path.join(folder, "scaling.md"), [{"cost", cost(Table.read("cost", settings))}])

    case Comparison.read("photo", settings) do
      [] -> :ok
      rows -> File.write!(Path.join(folder, "charts/performance.svg"), plot(rows))
    end
  end

  defp fill_in(path, sections),
    do: File.write!(path, Enum.reduce(sections, File.read!(path), &fill/2))

  defp fill({_name, nil}, page), do: page

  defp fill({name, content}, page) do
    {first, last} = {"<!-- #{name} -->\n", "<!-- end of #{name} -->"}

    case String.split(page, [first, last]) do
      [before, _old, rest] -> before <> first <> "\n" <> content <> "\n" <> last <> rest
      _other -> raise "the page has not one pair of #{first}and #{last}"
    end
  end

  defp measured(settings) do
    [
      {"crossing", crossing(Table.read("crossing", settings))},
      {"cases", cases(Comparison.read("cases", settings))}
    ] ++
      for(name <- @comparisons, do: {name, comparison(Comparison.read(name, settings))}) ++
      for {name, columns} <- @tables, do: {name, table(columns, Table.read(name, settings))}
  end

  defp comparison([]), do: nil

  defp comparison(rows) do
    rows
    |> Enum.chunk_by(& &1.case)
    |> Enum.map_join("\n", fn [%{case: title} | _] = rows ->
      {made, skipped} = Enum.split_with(rows, &is_nil(&1.skipped))
      why = for row <- skipped, do: "\nSkipped: #{row.implementation}, #{row.skipped}.\n"

      "#{title}, #{length(hd(made).rounds)} rounds:\n\n" <>
        Table.markdown([Comparison.headings() | Enum.map(made, &Comparison.cells/1)]) <>
        Enum.join(why)
    end)
  end

  # One table for all cases, because each has only two rows.
  defp cases(rows), do: if(table = Cases.table(rows), do: Table.markdown(table))

  # The cost of a million images.
  defp cost(rows), do: table(~w(image output ms per_second hours core_hours), rows)

  # A row for each number of bytes, a column for each way.
  defp crossing([]), do: nil

  defp crossing(rows) do
    ways = rows |> Enum.map(& &1["way"]) |> Enum.uniq()

    cells =
      for [%{"what" => what, "bytes" => bytes} | _] = calls <-
            Enum.chunk_by(rows, &{&1["what"], &1["bytes"]}) do
        us = Map.new(calls, &{&1["way"], cell(&1["us"])})
        [what, cell(bytes) | Enum.map(ways, &Map.get(us, &1, "-"))]
      end

    Table.markdown([["microseconds for", "bytes" | ways] | cells])
  end

  defp table(_columns, []), do: nil

  defp table(columns, rows) do
    headings = Enum.map(columns, &String.replace(&1, "_", " "))
    Table.markdown([headings | for(row <- rows, do: Enum.map(columns, &cell(row[&1])))])
  end

  defp cell(text) do
    case Float.parse(text) do
      {number, ""} -> Table.number(number, decimals(number, text))
      _word -> text
    end
  end

  # Prints no more digits than were measured.
  defp decimals(number, text) do
    cond do
      number >= 1000 or not String.contains?(text, ".") -> 0
      number >= 100 -> 1
      true -> 2
    end
  end

  defp targets(settings) do
    rows =
      for {what, at, sense, wanted, measured} = target <- Target.all(settings) do
        sign = if sense == :at_least, do: "≥", else: "≤"
        [what, at, "#{sign} #{wanted}", Table.number(measured, 3), Target.result(target)]
      end

    Table.markdown([["", "benchmark", "target", "measured", ""] | rows])
  end

  defp machine(settings) do
    rows = Comparison.read("photo", settings)
    versions = for row <- rows, row.skipped == nil, uniq: true, do: row.version
    loads = for row <- rows, uniq: true, do: row.load
    cpu = ~r/^model name\s*: (.*)$/m |> Regex.run(File.read!("/proc/cpuinfo")) |> List.last()

    """
    #{Date.utc_today()}, #{cpu}, #{System.schedulers_online()} processors, OTP #{System.otp_release()}, Elixir #{System.version()},
    #{flags_of_beam()}.
    Versions: #{Enum.join(versions, "; ")}. The load average during the photo benchmarks, including 2 or 3 from the implementations themselves:
    #{Enum.join(loads, ", ")}.#{warning(loads)}
    """
  end

  # The implementations alone never reach this load.
  defp warning(loads) do
    if Enum.any?(loads, &(elem(Float.parse(&1), 0) > 2 * System.schedulers_online() + 3)),
      do:
        "\n\n**The machine was busy with other work: do not rely on ratios of wall time here. " <>
          "Processor time, SSIM, bytes and memory are more reliable.**",
      else: ""
  end

  defp flags_of_beam do
    case System.get_env("ELIXIR_ERL_OPTIONS", "") do
      "" -> "the BEAM with its defaults"
      flags -> "the BEAM with `#{flags}`"
    end
  end

  defp plot(rows) do
    panels =
      for title <- ["photo to 720x588, 2 at a time", "photo to 200, 2 at a time"] do
        {title, for(row <- rows, row.case == title, do: bar(row))}
      end

    Plot.svg("Images a second; in brackets SSIM against a full decode", panels)
  end

  defp bar(%{skipped: nil} = row),
    do:
      {row.implementation, 1000 / row.ms,
       if(row.ssim, do: " (#{Table.number(row.ssim, 3)})", else: "")}

  defp bar(row), do: {row.implementation, nil, "skipped"}
end
