defmodule Bench.Table do
  @moduledoc "Rows as a table for people, as a file of tab-separated values, and back."

  alias Bench.Settings

  @doc "Prints rows of texts. The first row has the headings; the first column is left-aligned."
  def print(rows) do
    widths =
      rows
      |> Enum.zip_with(& &1)
      |> Enum.map(&(&1 |> Enum.map(fn text -> String.length(text) end) |> Enum.max()))

    for row <- rows do
      [{first, width} | rest] = Enum.zip(row, widths)
      cells = for {text, width} <- rest, do: "  " <> String.pad_leading(text, width)
      IO.puts([String.pad_trailing(first, width) | cells])
    end

    IO.puts("")
  end

  @doc "The same in Markdown; columns that begin with a number are right-aligned."
  def markdown([headings, first | _more] = rows) do
    rule = Enum.map(first, &if(&1 =~ ~r/^[-≥≤\d]/u, do: "---:", else: "---"))

    [headings, rule | tl(rows)]
    |> Enum.map_join("\n", &"| #{Enum.join(&1, " | ")} |")
    |> Kernel.<>("\n")
  end

  @doc "Formats a number for people; `nil` is a dash."
  def number(value, decimals)
  def number(nil, _decimals), do: "-"
  def number(value, 0), do: value |> round() |> Integer.to_string() |> group()
  def number(value, decimals), do: :erlang.float_to_binary(value / 1, decimals: decimals)

  defp group(digits), do: Regex.replace(~r/(?<=\d)(?=(\d{3})+$)/, digits, ",")

  @doc "Writes maps to build/bench/NAME.tsv, a column for each of `columns`."
  def write(name, columns, rows, settings) do
    path = Path.join(Settings.folder(settings), name <> ".tsv")
    lines = for row <- rows, do: Enum.map_join(columns, "\t", &text(row[&1]))
    File.write!(path, Enum.map([Enum.join(columns, "\t") | lines], &[&1, "\n"]))
    IO.puts("Written to #{Path.relative_to_cwd(path)}\n")
  end

  defp text(nil), do: ""
  defp text(list) when is_list(list), do: Enum.map_join(list, " ", &text/1)

  defp text(value) when is_float(value),
    do: :erlang.float_to_binary(value, [:compact, decimals: 5])

  defp text(value), do: to_string(value)

  @doc "Reads the rows of such a file as maps of texts; no rows if the file is missing."
  def read(name, settings) do
    case File.read(Path.join(Settings.folder(settings), name <> ".tsv")) do
      {:ok, content} ->
        [columns | rows] =
          content |> String.split("\n", trim: true) |> Enum.map(&String.split(&1, "\t"))

        for row <- rows, do: columns |> Enum.zip(row) |> Map.new()

      {:error, _missing} ->
        []
    end
  end
end
