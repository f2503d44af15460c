defmodule Thumbnailer.Batch.Report do
  @moduledoc """
  How far a batch has come, and in the end what came of it.

    * `done` - images that were dealt with: those `made`, `skipped`, `failed` and, in a dry run, `planned`; `total` - how many there are,
      once that is known
    * `left_out` - how many files were left out, by what they are or why, such as `%{raw: 3, hidden: 1}`
    * `pruned` - how many thumbnails of images that are gone were deleted
    * `formats` - how many thumbnails were made in each format, and their bytes: `%{jpeg: {2, 9_000}}`
    * `halted` - the error that ended the batch early, such as a full disk
    * `thumbnails` - files that were made of them; `bytes_in`, `bytes_out` - the size of what was read and made
    * `warned` - how many of the images that were made are damaged, as their decoders say
    * `reasons` - how many images failed for each reason
    * `failures` - the path and the errors of the first hundred images that failed, the last one first
    * `slowest` - the five slowest images that were made: milliseconds and path
    * `last` - what became of the last image, a `Thumbnailer.Batch.Outcome`
    * `stopped` - whether the batch ended before its inputs did
    * `started_at` - `System.monotonic_time(:millisecond)` at the start
  """

  alias Thumbnailer.{Error, Formats}
  alias Thumbnailer.Batch.Outcome

  # Failures that are kept: as many as somebody reads. The rest is counted.
  @max_failures 100
  @slowest 5

  @enforce_keys [:started_at]
  defstruct [
    :started_at,
    :last,
    :total,
    :halted,
    done: 0,
    made: 0,
    skipped: 0,
    failed: 0,
    planned: 0,
    thumbnails: 0,
    bytes_in: 0,
    bytes_out: 0,
    pruned: 0,
    warned: 0,
    left_out: %{},
    formats: %{},
    reasons: %{},
    failures: [],
    slowest: [],
    stopped: false
  ]

  @type t :: %__MODULE__{
          started_at: integer,
          last: Outcome.t() | nil,
          total: non_neg_integer | nil,
          halted: Error.t() | nil,
          done: non_neg_integer,
          made: non_neg_integer,
          skipped: non_neg_integer,
          failed: non_neg_integer,
          planned: non_neg_integer,
          thumbnails: non_neg_integer,
          bytes_in: non_neg_integer,
          bytes_out: non_neg_integer,
          pruned: non_neg_integer,
          warned: non_neg_integer,
          left_out: %{optional(atom) => pos_integer},
          formats: %{optional(atom) => {pos_integer, non_neg_integer}},
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
    :pruned,
    :warned,
    :left_out,
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
  def add(report, %Outcome{state: :left_out} = outcome),
    do: %{
      report
      | last: outcome,
        left_out: Map.update(report.left_out, outcome.kind, 1, &(&1 + 1))
    }

  def add(report, %Outcome{state: :pruned} = outcome),
    do: %{report | last: outcome, pruned: report.pruned + length(outcome.outputs)}

  def add(report, %Outcome{} = outcome) do
    products = Enum.take(outcome.outputs, outcome.made)

    report
    |> Map.update!(outcome.state, &(&1 + 1))
    |> Map.merge(%{
      last: outcome,
      done: report.done + 1,
      thumbnails: report.thumbnails + outcome.made,
      warned: report.warned + if(outcome.warnings == [], do: 0, else: 1),
      bytes_in: report.bytes_in + if(outcome.made > 0, do: outcome.bytes, else: 0),
      bytes_out: report.bytes_out + Enum.sum(for %{bytes: bytes} <- products, do: bytes),
      formats: Enum.reduce(products, report.formats, &add_format/2)
    })
    |> add_failure(outcome)
    |> add_slow(outcome)
  end

  defp add_format(%{path: path, bytes: bytes}, formats) do
    Map.update(formats, Formats.of_path(path), {1, bytes}, fn {count, sum} ->
      {count + 1, sum + bytes}
    end)
  end

  defp add_failure(report, %{errors: []}), do: report

  defp add_failure(report, %{path: path, errors: errors}) do
    # Each image counts once, whatever else is wrong with it.
    reasons = Map.update(report.reasons, hd(errors).reason, 1, &(&1 + 1))

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

  # Of images that were worked on: those that were skipped took no time.
  @doc """
  Images per second that were worked on, from the start until `now` in monotonic milliseconds.

      report = %Thumbnailer.Batch.Report{started_at: 0, done: 90, skipped: 40}
      25.0 = Thumbnailer.Batch.Report.rate(report, 2_000)
  """
  @doc since: "0.1.0"
  @spec rate(t, integer) :: float
  def rate(report, now),
    do: Float.round(1000 * (report.done - report.skipped) / elapsed(report, now), 1)

  @doc """
  Milliseconds since the start, at least one.

      100 = Thumbnailer.Batch.Report.elapsed(%Thumbnailer.Batch.Report{started_at: 0}, 100)
  """
  @doc since: "0.1.0"
  @spec elapsed(t, integer) :: pos_integer
  def elapsed(report, now), do: max(now - report.started_at, 1)
end
