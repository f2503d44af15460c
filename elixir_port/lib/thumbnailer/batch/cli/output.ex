defmodule Thumbnailer.Batch.CLI.Output do
  @moduledoc false
  # What a batch shows and writes down of its run: on the terminal, as JSON, in a log, on a contact sheet. What is not an
  # answer goes to standard error, as standard output may be read by a program.

  alias Thumbnailer.{Batch, Error}
  alias Thumbnailer.Batch.CLI.{Console, ContactSheet, FileLog, JSON, Listing, Progress, Summary}
  alias Thumbnailer.Batch.{Format, Report}

  @enforce_keys [:batch, :display]
  defstruct [:batch, :display, :log, :sheet, :progress]

  @type t :: %__MODULE__{
          batch: Batch.t(),
          # the flags that say what is shown
          display: map,
          log: FileLog.t() | nil,
          sheet: ContactSheet.t() | nil,
          progress: Progress.t() | nil
        }

  @doc "Opens the files that the flags name."
  @spec open(Batch.t(), map) :: {:ok, t} | {:error, Error.t()}
  def open(batch, display) do
    page = if display.report and not batch.dry_run, do: batch.out

    with {:ok, log} <- FileLog.open(display.log),
         {:ok, sheet} <- ContactSheet.open(page) do
      output = %__MODULE__{batch: batch, display: display, log: log, sheet: sheet}
      {:ok, %{output | progress: progress(output)}}
    end
  end

  defp progress(%{batch: batch, display: display}) do
    unless display.quiet or display.json or display.verbose or batch.dry_run,
      do: Progress.new(Console.terminal?())
  end

  @doc "Shows what became of one image."
  @spec show(t, Report.t()) :: :ok
  def show(output, report) do
    %{batch: batch, display: display, progress: progress} = output
    outcome = report.last

    cond do
      display.json ->
        Console.puts(:stdio, JSON.encode(Listing.image(outcome)))

      display.verbose or (batch.dry_run and not display.quiet and outcome.state != :left_out) ->
        outcome |> Listing.lines(batch.dry_run) |> Enum.each(&Console.puts(:stdio, &1))

      progress != nil ->
        Progress.show(progress, report)

      true ->
        :ok
    end

    FileLog.puts(output.log, if(output.log, do: Listing.lines(outcome, batch.dry_run), else: []))
    ContactSheet.add(output.sheet, outcome)
  end

  @doc "Takes the progress off the terminal."
  @spec clear(t) :: :ok
  def clear(%{progress: nil}), do: :ok
  def clear(%{progress: progress}), do: Progress.clear(progress)

  @doc "Shows the summary of a run, and yields the exit status that says how it went."
  @spec finish(t, Report.t(), boolean) :: 0..255
  def finish(output, report, interrupted?) do
    now = System.monotonic_time(:millisecond)
    page = ContactSheet.close(output.sheet, report)
    lines = Summary.lines(report, now)
    FileLog.puts(output.log, lines)

    if output.display.json,
      do: Console.puts(:stdio, JSON.encode(Listing.summary(report, now))),
      else: Enum.each(lines, &Console.puts(:stdio, &1))

    show_page(page, output.display)
    complain(output.batch, report, interrupted?)
    status(report, page, interrupted?)
  end

  defp complain(batch, report, interrupted?) do
    if nothing?(report) and report.halted == nil and not interrupted?,
      do:
        Console.puts(
          :stderr,
          "no image matches #{Enum.map_join(batch.patterns, " ", &Format.printable/1)}"
        )

    if report.halted, do: Console.puts(:stderr, Format.text(report.halted.message))

    if report.stopped,
      do: Console.puts(:stderr, "stopped before the end; give the same command again to go on")
  end

  defp show_page({:ok, page}, %{json: false}),
    do: Console.puts(:stdio, "the contact sheet is #{Format.printable(page)}")

  defp show_page({:error, error}, _display), do: Console.puts(:stderr, Format.text(error.message))
  defp show_page(_page, _display), do: :ok

  defp status(_report, _page, true), do: 130
  defp status(_report, {:error, _error}, _interrupted), do: 1

  defp status(report, _page, _interrupted),
    do: if(nothing?(report) or report.failed > 0 or report.halted != nil, do: 1, else: 0)

  # That all is older or did not fail is no mistake of the command line.
  defp nothing?(report) do
    report.done == 0 and report.pruned == 0 and
      not Enum.any?(
        [:older, :not_failed, :thumbnail, :excluded],
        &Map.has_key?(report.left_out, &1)
      )
  end

  @doc "Closes the files."
  @spec close(t) :: :ok
  def close(output), do: FileLog.close(output.log)
end
