defmodule Thumbnailer.Batch.CLI.Time do
  @moduledoc false
  # Points in time as they are written on a command line.

  @units %{"m" => 60, "h" => 3_600, "d" => 86_400, "w" => 604_800}

  @doc """
  POSIX seconds; a date is its beginning in UTC, a time without an offset is in UTC, an age is counted back from `now`.

      iex> Thumbnailer.Batch.CLI.Time.parse("1970-01-02", 0)
      {:ok, 86_400}

      iex> Thumbnailer.Batch.CLI.Time.parse("2h", 10_000)
      {:ok, 2_800}

      iex> Thumbnailer.Batch.CLI.Time.parse("yesterday", 0)
      :error
  """
  @spec parse(String.t(), integer) :: {:ok, integer} | :error
  def parse(text, now) do
    case Regex.run(~r/\A(\d{1,9})([mhdw])\z/, text) do
      [_all, number, unit] -> {:ok, now - String.to_integer(number) * @units[unit]}
      nil -> Enum.find_value([&instant/1, &local/1, &date/1], :error, & &1.(text))
    end
  end

  defp instant(text),
    do:
      with(
        {:ok, time, _offset} <- DateTime.from_iso8601(text),
        do: {:ok, DateTime.to_unix(time)},
        else: (_ -> nil)
      )

  defp local(text) do
    with {:ok, time} <- NaiveDateTime.from_iso8601(text), do: {:ok, unix(time)}, else: (_ -> nil)
  end

  defp date(text) do
    with {:ok, date} <- Date.from_iso8601(text),
         do: {:ok, date |> NaiveDateTime.new!(~T[00:00:00]) |> unix()},
         else: (_ -> nil)
  end

  defp unix(time), do: time |> DateTime.from_naive!("Etc/UTC") |> DateTime.to_unix()
end
