defmodule Thumbnailer.Batch.Format do
  @moduledoc false
  # Numbers and names as people read them.

  @doc """
      iex> Thumbnailer.Batch.Format.bytes(20_480)
      "20.5 kB"
  """
  @spec bytes(non_neg_integer) :: String.t()
  def bytes(bytes) when bytes < 1_000, do: "#{bytes} B"
  def bytes(bytes) when bytes < 1_000_000, do: "#{Float.round(bytes / 1_000, 1)} kB"
  def bytes(bytes) when bytes < 1_000_000_000, do: "#{Float.round(bytes / 1_000_000, 1)} MB"
  def bytes(bytes), do: "#{Float.round(bytes / 1_000_000_000, 1)} GB"

  @doc """
  Seconds as a clock shows them.

      iex> {Thumbnailer.Batch.Format.clock(65), Thumbnailer.Batch.Format.clock(7_384)}
      {"1:05", "2:03:04"}
  """
  @spec clock(non_neg_integer) :: String.t()
  def clock(seconds) when seconds < 3_600, do: "#{div(seconds, 60)}:#{two(rem(seconds, 60))}"

  def clock(seconds),
    do: "#{div(seconds, 3_600)}:#{two(seconds |> rem(3_600) |> div(60))}:#{two(rem(seconds, 60))}"

  @doc "A name in any encoding must not stop the report of it."
  @spec printable(Path.t()) :: String.t()
  def printable(path), do: if(String.printable?(path), do: path, else: inspect(path))

  defp two(number), do: number |> Integer.to_string() |> String.pad_leading(2, "0")
end
