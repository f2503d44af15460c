defmodule Thumbnailer.Batch.CLI do
  alias Thumbnailer.Batch

  alias Thumbnailer.Batch.CLI.{
    Arguments,
    Console,
    ContactSheet,
    FileLog,
    Flag,
    Interrupt,
    JSON,
    Listing,
    Progress,
    Summary
  }

  alias Thumbnailer.Batch.Format
  alias Thumbnailer.Batch.Input.{RawPath, StandardInput}
  alias Thumbnailer.Error

  @text """
      mix thumbnailer.batch photos --out thumbs
      mix thumbnailer.batch "photos/**/*.jpg" extra.png --out thumbs --size 200x200 --size 800x --format webp --jobs 4
      find photos -newer stamp -print0 | mix thumbnailer.batch - --out thumbs --name "{dir}/{name}_{width}.{ext}"

  Each input is a file, a folder, a glob (quoted, so that the shell leaves it alone), or `-` for a list of paths on
  standard input. A long list is read quickest from a file, from `--from <(find photos -print0)` in Bash, or when the variable `ERL_FLAGS`
  is `-noinput`: else the runtime keeps what comes until it has started. Outputs mirror the input tree below `--out`; with several sizes the size is part of the name. Each
  file appears whole or not at all, and all outputs of an image come from one decode. Nothing that is not the batch's own
  is replaced, and never an image of the run.

  A journal in `--out`/.thumbnailer knows what was made. A run that was stopped, by Ctrl-C, `kill -9`, a full disk or a power
  failure, goes on where it was when the same command is given again: it makes what is missing, what comes of an
  image that changed, and what other options would make otherwise.

  Of a folder the files with the suffix of an image format are taken. Each of the others is counted by what it is, as are hidden files and
  links to folders, which are not followed.

  Shows its progress, then a summary and failures with their reasons. Ctrl-C and SIGTERM finish the images that are
  under way; the second one ends at once. Ends with status 0; 1 when an image failed, when there was none, or when nothing could
  be begun; 2 when the command line is not understood; 130 when it was stopped.

  ## Flags

  #{Flag.docs()}

  ## `--json`

  One object in each line, `event` says of what: `image` with `path`, `state` (`made`, `skipped`, `failed`, `planned` or `pruned`),
  `outputs`, `errors`, `warnings`, `bytes`, `milliseconds`; `left_out` with `path` and `kind`; in the end `summary` with the counts. Standard output
  has nothing else; everything for people goes to standard error.

  A path is a string of UTF-8. A byte that is not part of it stands as `\\udc80` to `\\udcff`, a lone surrogate whose last two digits are the
  byte (PEP 383): `os.fsencode(json.loads(line)["path"])` of Python is the name of the file.
  """

  @moduledoc """
  The command line of a batch, for `mix thumbnailer.batch` and for releases, where there is no Mix:

      bin/my_app eval 'Thumbnailer.Batch.CLI.main(["photos", "--out", "thumbs"])'

  #{String.replace(@text, "## ", "### ")}
  """

  @doc false
  @spec text() :: String.t()
  def text, do: @text

  @doc """
  Runs a command line, and ends the calling process with the exit status when that is not 0.

      Thumbnailer.Batch.CLI.main(["photos", "--out", "thumbs", "--quiet"])
  """
  @doc since: "0.2.0"
  @spec main([String.t()]) :: :ok
  def main(arguments) do
    case arguments |> RawPath.arguments() |> run() do
      0 -> :ok
      status -> exit({:shutdown, status})
    end
  end

  @doc false
  # The exit status of a command line.
  @spec run([binary]) :: 0..255
  def run(arguments) do
    case Arguments.parse(arguments) do
      {:ok, batch, display} ->
        Console.log_to_stderr()
        batch = take_standard_input(batch)
        {:ok, _started} = Application.ensure_all_started(:thumbnailer)
        with_instance(batch, display)

      :help ->
        Console.write(:stdio, @text)
        0

      {:error, message} ->
        print_error(Format.text(message))
        2
    end
  end

  # Before anything else, as the runtime is slow while it reads a pipe.
  defp take_standard_input(%{from: "-"} = batch) do
    with {:ok, input} <- StandardInput.take(),
         do: %{batch | from: input},
         else: (:not_ours -> batch)
  end

  defp take_standard_input(batch), do: batch

  defp with_instance(%{on: {:cluster, _group}} = batch, display) do
    case Thumbnailer.Cluster.connect(display.node, display.connect) do
      :ok -> with_files(batch, display)
      {:error, %{message: why}} -> fail("--cluster: " <> why)
    end
  end

  defp with_instance(batch, display) do
    case Thumbnailer.start_link(
           name: batch.on,
           workers: batch.jobs,
           steps: steps(batch, display)
         ) do
      {:ok, instance} ->
        try do
          with_files(batch, display)
        after
          Supervisor.stop(instance)
        end

      {:error, %Error{message: why}} ->
        fail("--step: " <> why)
    end
  end

  # Only the module can tell which parameters it takes.
  defp check_steps(batch) do
    _ = Batch.check_steps!(batch)
    :ok
  rescue
    error in ArgumentError -> {:error, error}
  end

  # The modules of the steps that the command line names.
  defp steps(batch, display) do
    for {name, _values} <- batch.options[:step] || [],
        uniq: true,
        do: {String.to_atom(name), RawPath.expand(Path.join(display.steps, name <> ".wasm"))}
  end

  defp with_files(batch, display) do
    with :ok <- check_steps(batch),
         {:ok, log} <- FileLog.open(display.log),
         {:ok, sheet} <-
           ContactSheet.open(if(display.report and not batch.dry_run, do: batch.out)) do
      status = watched(batch, display, log, sheet)
      FileLog.close(log)
      status
    else
      {:error, error} -> fail(error.message)
    end
  end

  defp watched(batch, display, log, sheet) do
    interrupt =
      Interrupt.watch(
        &print_error("\n#{&1}: finishing the images that are under way; again to end at once")
      )

    progress =
      unless display.quiet or display.json or display.verbose or batch.dry_run,
        do: Progress.new(Console.terminal?())

    observe = &observe(&1, batch, display, log, sheet, progress)

    result =
      Batch.start(%{batch | observe: observe, stop: fn -> Interrupt.requested?(interrupt) end})

    Interrupt.stop(interrupt)
    if progress, do: Progress.clear(progress)

    case result do
      {:ok, report} -> finish(report, batch, display, log, sheet, Interrupt.requested?(interrupt))
      {:error, error} -> fail(error.message)
    end
  end

  defp observe(report, batch, display, log, sheet, progress) do
    outcome = report.last

    cond do
      display.json ->
        Console.puts(:stdio, JSON.encode(Listing.image(outcome)))

      display.verbose or (batch.dry_run and not display.quiet and outcome.state != :left_out) ->
        show(outcome, batch.dry_run)

      progress != nil ->
        Progress.show(progress, report)

      true ->
        :ok
    end

    FileLog.puts(log, if(log, do: Listing.lines(outcome, batch.dry_run), else: []))
    ContactSheet.add(sheet, outcome)
  end

  defp show(outcome, dry_run),
    do: outcome |> Listing.lines(dry_run) |> Enum.each(&Console.puts(:stdio, &1))

  defp finish(report, batch, display, log, sheet, interrupted?) do
    now = System.monotonic_time(:millisecond)
    page = ContactSheet.close(sheet, report)
    lines = Summary.lines(report, now)
    FileLog.puts(log, lines)

    if display.json,
      do: Console.puts(:stdio, JSON.encode(Listing.summary(report, now))),
      else: Enum.each(lines, &Console.puts(:stdio, &1))

    told(page, display)

    if nothing?(report) and report.halted == nil and not interrupted?,
      do:
        print_error("no image matches #{Enum.map_join(batch.patterns, " ", &Format.printable/1)}")

    if report.halted, do: print_error(Format.text(report.halted.message))

    if report.stopped,
      do: print_error("stopped before the end; give the same command again to go on")

    status(report, page, interrupted?)
  end

  defp told({:ok, page}, %{json: false}),
    do: Console.puts(:stdio, "the contact sheet is #{Format.printable(page)}")

  defp told({:error, error}, _shows), do: print_error(Format.text(error.message))
  defp told(_page, _shows), do: :ok

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

  defp fail(message) do
    print_error(Format.text(message))
    1
  end

  # On standard error, as standard output may be read by a program.
  defp print_error(text), do: Console.puts(:stderr, text)
end
