defmodule Thumbnailer.Batch.Report do
  @moduledoc """
  How far a batch has come, and in the end what came of it.

    * `done` - images that were dealt with, `thumbnails` - files that were made of them, `bytes` - their size
    * `failures` - the path and the errors of each image that failed, the last one first
    * `started_at` - `System.monotonic_time(:millisecond)` at the start
  """

  alias Thumbnailer.{Batch, Error}

  @enforce_keys [:started_at]
  defstruct [:started_at, done: 0, thumbnails: 0, bytes: 0, failures: []]

  @type t :: %__MODULE__{
          started_at: integer,
          done: non_neg_integer,
          thumbnails: non_neg_integer,
          bytes: non_neg_integer,
          failures: [{Path.t(), [Error.t(), ...]}]
        }

  @doc "An empty report that starts now."
  @spec new() :: t
  def new, do: %__MODULE__{started_at: System.monotonic_time(:millisecond)}

  @doc "Adds what became of one image."
  @spec add(t, Batch.outcome()) :: t
  def add(report, {path, thumbnails, errors}) do
    %{
      report
      | done: report.done + 1,
        thumbnails: report.thumbnails + length(thumbnails),
        bytes: report.bytes + (thumbnails |> Enum.map(& &1.bytes) |> Enum.sum()),
        failures: if(errors == [], do: report.failures, else: [{path, errors} | report.failures])
    }
  end

  @doc """
  The progress in one line; `total` is nil while the inputs are still being counted.

      iex> report = %Thumbnailer.Batch.Report{started_at: 0, done: 50}
      iex> Thumbnailer.Batch.Report.progress(report, 200, 2_000)
      "50/200 (25 %), 25.0 images/s, 0:06 left"
  """
  @spec progress(t, non_neg_integer | nil, integer) :: String.t()
  def progress(report, total, now) do
    Enum.join(
      [done(report, total), rate(report, now)] ++ left(report, total, now) ++ failed(report),
      ", "
    )
  end

  @doc """
  What came of the batch: a summary, then each failure with its reason.

      iex> report = %Thumbnailer.Batch.Report{started_at: 0, done: 2, thumbnails: 4, bytes: 20_480}
      iex> Thumbnailer.Batch.Report.summary(report, 500)
      ["2 images, 4 thumbnails (20.5 kB) in 0.5 s, 4.0 images/s, none failed"]
  """
  @spec summary(t, integer) :: [String.t()]
  def summary(report, now) do
    seconds = Float.round(elapsed(report, now) / 1000, 1)
    failed = if report.failures == [], do: "none", else: length(report.failures)

    [
      "#{report.done} images, #{report.thumbnails} thumbnails (#{size(report.bytes)}) in #{seconds} s, " <>
        "#{rate(report, now)}, #{failed} failed"
      | report.failures |> Enum.reverse() |> Enum.flat_map(&failure/1)
    ]
  end

  defp failure({path, errors}),
    do: for(error <- errors, do: "  #{printable(path)}: #{error.message} (#{error.reason})")

  # A name in any encoding must not stop the report of it.
  defp printable(path), do: if(String.printable?(path), do: path, else: inspect(path))

  defp done(report, nil), do: "#{report.done}/?"

  defp done(report, total),
    do: "#{report.done}/#{total} (#{div(100 * report.done, max(total, 1))} %)"

  defp rate(report, now),
    do: "#{Float.round(1000 * report.done / elapsed(report, now), 1)} images/s"

  defp left(%{done: done}, total, _now) when total == nil or done == 0, do: []

  defp left(report, total, now) do
    seconds = div((total - report.done) * elapsed(report, now), 1000 * report.done)

    [
      "#{div(seconds, 60)}:#{seconds |> rem(60) |> Integer.to_string() |> String.pad_leading(2, "0")} left"
    ]
  end

  defp failed(%{failures: []}), do: []
  defp failed(%{failures: failures}), do: ["#{length(failures)} failed"]

  defp elapsed(report, now), do: max(now - report.started_at, 1)

  defp size(bytes) when bytes < 1_000, do: "#{bytes} B"
  defp size(bytes) when bytes < 1_000_000, do: "#{Float.round(bytes / 1_000, 1)} kB"
  defp size(bytes) when bytes < 1_000_000_000, do: "#{Float.round(bytes / 1_000_000, 1)} MB"
  defp size(bytes), do: "#{Float.round(bytes / 1_000_000_000, 1)} GB"
end
