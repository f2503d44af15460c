defmodule Thumbnailer.Batch.CLI.Listing do
  @moduledoc false
  # What a batch says of each image: as maps for --json, as lines for --dry-run.

  alias Thumbnailer.Batch.{Format, Outcome, Report}

  @doc "One image."
  @spec image(Outcome.t()) :: map
  def image(outcome) do
    %{
      event: :image,
      path: outcome.path,
      state: outcome.state,
      bytes: outcome.bytes,
      milliseconds: outcome.milliseconds,
      outputs: Enum.map(outcome.outputs, &Map.take(&1, [:path, :size, :width, :height, :bytes])),
      errors: Enum.map(outcome.errors, &Map.take(&1, [:reason, :message]))
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
      slowest:
        for({milliseconds, path} <- report.slowest, do: %{path: path, milliseconds: milliseconds})
    })
  end

  @doc "What a dry run says of an image."
  @spec lines(Outcome.t()) :: [String.t()]
  def lines(%{state: :planned} = outcome) do
    for output <- outcome.outputs,
        do: "make #{Format.printable(output.path)} from #{Format.printable(outcome.path)}"
  end

  def lines(%{state: :skipped} = outcome), do: ["skip #{Format.printable(outcome.path)}"]

  def lines(outcome),
    do:
      for(error <- outcome.errors, do: "fail #{Format.printable(outcome.path)}: #{error.message}")
end
