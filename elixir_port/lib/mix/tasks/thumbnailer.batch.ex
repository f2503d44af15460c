defmodule Mix.Tasks.Thumbnailer.Batch do
  @shortdoc "Makes thumbnails of whole trees of images"

  alias Thumbnailer.Batch
  alias Thumbnailer.Batch.Report
  alias Thumbnailer.Batch.CLI.{Arguments, ContactSheet, Interrupt, JSON, Listing, Progress}

  @moduledoc """
  Makes thumbnails of whole trees of images.

      mix thumbnailer.batch photos --out thumbs
      mix thumbnailer.batch "photos/**/*.jpg" extra.png --out thumbs --size 200x200 --size 800x --format webp --jobs 4
      find photos -newer stamp -print0 | mix thumbnailer.batch - --out thumbs --name "{dir}/{name}_{width}.{ext}"

  Each input is a file, a folder, a glob (quoted, so that the shell leaves it alone), or `-` for a list of paths on
  standard input. Outputs mirror the input tree below `--out`; with several sizes the size is part of the name. Each
  file appears whole or not at all, and all outputs of an image come from one decode.

  A journal in `--out`/.thumbnailer knows what was made. A run that was stopped, by Ctrl-C, `kill -9` or a power
  failure, goes on where it was when the same command is given again: it makes what is missing, what comes of an
  image that changed, and what other options would make otherwise.

  Shows its progress, then a summary and failures with their reasons. Ctrl-C and SIGTERM finish the images that are
  under way; the second one ends at once. Ends with status 0; 1 when an image failed or when there was none; 130 when
  it was stopped.

  ## Flags

  #{Arguments.docs()}

  ## `--json`

  One object in each line, `event` says of what: `image` with `path`, `state` (`made`, `skipped`, `failed` or `planned`),
  `outputs`, `errors`, `bytes`, `milliseconds`; in the end `summary` with the counts.
  """

  use Mix.Task

  @requirements ["app.config"]

  @impl true
  def run(arguments) do
    {batch, display} = Arguments.parse!(arguments)
    {:ok, _started} = Application.ensure_all_started(:thumbnailer)
    instance = start!(batch, display)

    interrupt =
      Interrupt.watch(
        &print_error("\n#{&1}: finishing the images that are under way; again to end at once")
      )

    sheet = if display.report and not batch.dry_run, do: ContactSheet.open(batch.out)
    observe = &observe(&1, batch, display, interrupt, sheet)

    result =
      if display.quiet or display.json or batch.dry_run,
        do: Batch.run(batch, observe),
        else: Progress.run(batch, observe, :stdio, terminal?())

    Interrupt.stop(interrupt)
    if instance, do: Supervisor.stop(instance)

    case result do
      {:ok, report} -> finish(report, batch, display, sheet, Interrupt.requested?(interrupt))
      {:error, why} -> Mix.raise(why)
    end
  end

  defp start!(%{on: {:cluster, _group}}, display) do
    with {:error, why} <- Thumbnailer.Cluster.connect(display.node, display.connect),
         do: Mix.raise("--cluster: " <> why)

    nil
  end

  defp start!(batch, _display) do
    {:ok, instance} = Thumbnailer.start_link(name: batch.on, workers: batch.jobs)
    instance
  end

  defp observe(report, batch, display, interrupt, sheet) do
    cond do
      display.json ->
        IO.puts(JSON.encode(Listing.image(report.last)))

      batch.dry_run and not display.quiet ->
        report.last |> Listing.lines() |> Enum.each(&IO.puts/1)

      true ->
        :ok
    end

    if sheet, do: ContactSheet.add(sheet, report.last)
    if Interrupt.requested?(interrupt), do: :stop
  end

  defp finish(report, batch, display, sheet, interrupted) do
    now = System.monotonic_time(:millisecond)
    page = sheet && ContactSheet.close(sheet, report)

    if display.json do
      IO.puts(JSON.encode(Listing.summary(report, now)))
    else
      Enum.each(Report.summary(report, now), &IO.puts/1)
      if page, do: IO.puts("the contact sheet is #{page}")
    end

    if report.done == 0 and not interrupted,
      do: print_error("no image matches #{Enum.join(batch.patterns, " ")}")

    if report.stopped,
      do: print_error("stopped before the end; give the same command again to go on")

    cond do
      interrupted -> exit({:shutdown, 130})
      report.done == 0 or report.failed > 0 -> exit({:shutdown, 1})
      true -> :ok
    end
  end

  # On standard error, as standard output may be read by a program.
  defp print_error(text), do: IO.puts(:stderr, text)

  # The Elixir launcher looks at the terminal when it decides on colours.
  defp terminal?, do: IO.ANSI.enabled?()
end
