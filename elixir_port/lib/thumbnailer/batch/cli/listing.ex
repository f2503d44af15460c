defmodule Thumbnailer.Batch.CLI.Listing do
  @moduledoc false
  # What a batch says of each file: as maps for --json, as lines for --dry-run, --verbose and --log.

  alias Thumbnailer.Batch.{Format, Outcome, Report}

  @doc "One file."
  @spec image(Outcome.t()) :: map
  def image(%{state: :left_out} = outcome),
    do: %{event: :left_out, path: outcome.path, kind: outcome.kind}

  def image(outcome) do
    %{
      event: :image,
      path: outcome.path,
      state: outcome.state,
      bytes: outcome.bytes,
      milliseconds: outcome.milliseconds,
      outputs: Enum.map(outcome.outputs, &Map.take(&1, [:path, :size, :width, :height, :bytes])),
      errors: Enum.map(outcome.errors, &Map.take(&1, [:reason, :message])),
      warnings: outcome.warnings
    }
  end

  @doc "What came of all."
  @spec summary(Report.t(), integer) :: map
  def summary(report, now) do
    report
    |> Report.counts()
    |> Map.merge(%{
      event: :summary,
      milliseconds: now - report.started_at,
      halted: report.halted && report.halted.message,
      formats:
        Map.new(report.formats, fn {format, {count, bytes}} ->
          {format, %{thumbnails: count, bytes: bytes}}
        end),
      slowest:
        for({milliseconds, path} <- report.slowest, do: %{path: path, milliseconds: milliseconds})
    })
  end

  @doc "What is said of a file in words; `dry` as what would be done."
  @spec lines(Outcome.t(), dry :: boolean) :: [String.t()]
  def lines(outcome, dry \\ false)

  def lines(%{state: :planned} = outcome, _dry) do
    for output <- outcome.outputs,
        not Map.has_key?(output, :bytes),
        do: from("make", output, outcome)
  end

  def lines(%{state: :made} = outcome, _dry) do
    made =
      for output <- Enum.take(outcome.outputs, outcome.made),
          do:
            from("made", output, outcome) <>
              " (#{Format.bytes(output.bytes)}, #{round(outcome.milliseconds)} ms)"

    made ++
      for line <- outcome.warnings,
          do: "warning #{Format.printable(outcome.path)}: #{Format.text(line)}"
  end

  def lines(%{state: :skipped} = outcome, _dry), do: ["skip #{Format.printable(outcome.path)}"]

  def lines(%{state: :left_out} = outcome, _dry),
    do: ["left out (#{outcome.kind}) #{Format.printable(outcome.path)}"]

  def lines(%{state: :pruned} = outcome, dry) do
    word = if dry, do: "prune", else: "pruned"

    for output <- outcome.outputs,
        do:
          "#{word} #{Format.printable(output.path)} of #{Format.printable(outcome.path)}, which is gone"
  end

  def lines(outcome, _dry),
    do:
      for(
        error <- outcome.errors,
        do:
          "fail #{Format.printable(outcome.path)}: #{Format.text(error.message)} (#{error.reason})"
      )

  defp from(word, output, outcome),
    do: "#{word} #{Format.printable(output.path)} from #{Format.printable(outcome.path)}"
end
