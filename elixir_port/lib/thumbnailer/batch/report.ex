defmodule Thumbnailer.Batch.Report do
  @moduledoc """
  How far a batch has come, and in the end what came of it.

    * `done` - images that were dealt with: those `made`, `skipped`, `failed` and, in a dry run, `planned`
    * `thumbnails` - files that were made of them; `bytes_in`, `bytes_out` - the size of what was read and made
    * `reasons` - how many errors there were of each reason
    * `failures` - the path and the errors of the first hundred images that failed, the last one first
    * `slowest` - the five slowest images that were made: milliseconds and path
    * `last` - what became of the last image, a `Thumbnailer.Batch.Outcome`
    * `stopped` - whether the batch ended before its inputs did
    * `started_at` - `System.monotonic_time(:millisecond)` at the start
  """

  alias Thumbnailer.Error
  alias Thumbnailer.Batch.{Format, Outcome}

  # Failures that are kept: as many as somebody reads. The rest is counted.
  @max_failures 100
  @slowest 5

  @enforce_keys [:started_at]
  defstruct [
    :started_at,
    :last,
    done: 0,
    made: 0,
    skipped: 0,
    failed: 0,
    planned: 0,
    thumbnails: 0,
    bytes_in: 0,
    bytes_out: 0,
    reasons: %{},
    failures: [],
    slowest: [],
    stopped: false
  ]

  @type t :: %__MODULE__{
          started_at: integer,
          last: Outcome.t() | nil,
          done: non_neg_integer,
          made: non_neg_integer,
          skipped: non_neg_integer,
          failed: non_neg_integer,
          planned: non_neg_integer,
          thumbnails: non_neg_integer,
          bytes_in: non_neg_integer,
          bytes_out: non_neg_integer,
          reasons: %{optional(Error.reason()) => pos_integer},
          failures: [{Path.t(), [Error.t(), ...]}],
          slowest: [{float, Path.t()}],
          stopped: boolean
        }

  # What is told of a batch as it goes.
  @counts [
    :done,
    :made,
    :skipped,
    :failed,
    :planned,
    :thumbnails,
    :bytes_in,
    :bytes_out,
    :reasons,
    :stopped
  ]

  @doc """
  The counts alone, as subscribers and `--json` get them.

      %{done: 0, reasons: %{}} = Thumbnailer.Batch.Report.counts(Thumbnailer.Batch.Report.new())
  """
  @doc since: "0.1.0"
  @spec counts(t) :: map
  def counts(report), do: Map.take(report, @counts)

  @doc """
  An empty report that starts now.

      %{done: 0, failures: []} = Thumbnailer.Batch.Report.new()
  """
  @doc since: "0.1.0"
  @spec new() :: t
  def new, do: %__MODULE__{started_at: System.monotonic_time(:millisecond)}

  @doc """
  Adds what became of one image.

      outcome = %Thumbnailer.Batch.Outcome{path: "a.jpg", state: :skipped}
      %{done: 1, skipped: 1} = Thumbnailer.Batch.Report.add(Thumbnailer.Batch.Report.new(), outcome)
  """
  @doc since: "0.1.0"
  @spec add(t, Outcome.t()) :: t
  def add(report, %Outcome{} = outcome) do
    made = for %{bytes: bytes} <- Enum.take(outcome.outputs, outcome.made), do: bytes

    report
    |> Map.update!(outcome.state, &(&1 + 1))
    |> Map.merge(%{
      last: outcome,
      done: report.done + 1,
      thumbnails: report.thumbnails + outcome.made,
      bytes_in: report.bytes_in + if(outcome.made > 0, do: outcome.bytes, else: 0),
      bytes_out: report.bytes_out + Enum.sum(made)
    })
    |> add_failure(outcome)
    |> add_slow(outcome)
  end

  defp add_failure(report, %{errors: []}), do: report

  defp add_failure(report, %{path: path, errors: errors}) do
    reasons =
      Enum.reduce(errors, report.reasons, &Map.update(&2, &1.reason, 1, fn n -> n + 1 end))

    failures =
      if report.failed > @max_failures,
        do: report.failures,
        else: [{path, errors} | report.failures]

    %{report | reasons: reasons, failures: failures}
  end

  defp add_slow(report, %{made: 0}), do: report

  defp add_slow(report, outcome) do
    slowest = Enum.sort([{outcome.milliseconds, outcome.path} | report.slowest], :desc)
    %{report | slowest: Enum.take(slowest, @slowest)}
  end

  @doc """
  The progress in one line; `total` is nil while the inputs are still being counted.

      iex> report = %Thumbnailer.Batch.Report{started_at: 0, done: 50, made: 50}
      iex> Thumbnailer.Batch.Report.progress(report, 200, 2_000)
      "50/200 (25 %), 25.0 images/s, 0:06 left"
  """
  @doc since: "0.1.0"
  @spec progress(t, non_neg_integer | nil, integer) :: String.t()
  def progress(report, total, now) do
    Enum.join(
      [done(report, total), rate(report.done, report, now)] ++
        left(report, total, now) ++
        count(report.skipped, "skipped") ++ count(report.failed, "failed"),
      ", "
    )
  end

  @doc """
  What came of the batch: a summary, the slowest images, then each failure with its reason.

      iex> report = %Thumbnailer.Batch.Report{started_at: 0, done: 2, made: 2, thumbnails: 4, bytes_in: 9_000_000, bytes_out: 20_480}
      iex> Thumbnailer.Batch.Report.summary(report, 500)
      ["2 images: 2 made, 0 skipped, 0 failed; 4 thumbnails in 0.5 s, 4.0 images/s, 9.0 MB in, 20.5 kB out"]
  """
  @doc since: "0.1.0"
  @spec summary(t, integer) :: [String.t()]
  def summary(report, now) do
    seconds = Float.round(elapsed(report, now) / 1000, 1)

    [
      "#{report.done} images: #{states(report)}; #{report.thumbnails} thumbnails in #{seconds} s, " <>
        "#{rate(report.made, report, now)}, #{Format.bytes(report.bytes_in)} in, #{Format.bytes(report.bytes_out)} out"
    ] ++ slowest(report.slowest) ++ reasons(report.reasons) ++ failures(report)
  end

  defp states(%{planned: planned, skipped: skipped, failed: failed}) when planned > 0,
    do: "#{planned} to be made, #{skipped} skipped, #{failed} failed"

  defp states(report),
    do: "#{report.made} made, #{report.skipped} skipped, #{report.failed} failed"

  # Of a few, each is the slowest.
  defp slowest(slowest) when length(slowest) < @slowest, do: []

  defp slowest(slowest) do
    [
      "slowest:"
      | for(
          {milliseconds, path} <- slowest,
          do: "  #{round(milliseconds)} ms  #{Format.printable(path)}"
        )
    ]
  end

  defp reasons(reasons) when reasons == %{}, do: []

  defp reasons(reasons) do
    counts = Enum.sort_by(reasons, fn {reason, count} -> {-count, reason} end)
    ["failed: " <> Enum.map_join(counts, ", ", fn {reason, count} -> "#{count} #{reason}" end)]
  end

  defp failures(report) do
    listed = report.failures |> Enum.reverse() |> Enum.flat_map(&failure/1)
    more = report.failed - length(report.failures)
    if more > 0, do: listed ++ ["  and #{more} more"], else: listed
  end

  defp failure({path, errors}),
    do:
      for(error <- errors, do: "  #{Format.printable(path)}: #{error.message} (#{error.reason})")

  defp done(report, nil), do: "#{report.done}/?"

  defp done(report, total),
    do: "#{report.done}/#{total} (#{div(100 * report.done, max(total, 1))} %)"

  defp rate(images, report, now),
    do: "#{Float.round(1000 * images / elapsed(report, now), 1)} images/s"

  defp left(%{done: done}, total, _now) when total == nil or done == 0, do: []

  # Those that were skipped took no time, and say nothing of what is to come.
  defp left(report, total, now) do
    worked = max(report.done - report.skipped, 1)
    ["#{Format.clock(div((total - report.done) * elapsed(report, now), 1000 * worked))} left"]
  end

  defp count(0, _what), do: []
  defp count(number, what), do: ["#{number} #{what}"]

  defp elapsed(report, now), do: max(now - report.started_at, 1)
end
