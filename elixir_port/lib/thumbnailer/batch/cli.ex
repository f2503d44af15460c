defmodule Thumbnailer.Batch.CLI do
  alias Thumbnailer.Batch

  alias Thumbnailer.Batch.CLI.{Arguments, Console, Flag, Interrupt, Output}
  alias Thumbnailer.Batch.Format
  alias Thumbnailer.Batch.Input.StandardInput
  alias Thumbnailer.OS.RawPath
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
        Console.puts(:stderr, Format.text(message))
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
         {:ok, output} <- Output.open(batch, display) do
      status = watched(batch, output)
      Output.close(output)
      status
    else
      {:error, error} -> fail(error.message)
    end
  end

  defp watched(batch, output) do
    interrupt =
      Interrupt.watch(
        &Console.puts(
          :stderr,
          "\n#{&1}: finishing the images that are under way; again to end at once"
        )
      )

    observe = &Output.show(output, &1)

    result =
      Batch.start(%{batch | observe: observe, stop: fn -> Interrupt.requested?(interrupt) end})

    Interrupt.stop(interrupt)
    Output.clear(output)

    case result do
      {:ok, report} -> Output.finish(output, report, Interrupt.requested?(interrupt))
      {:error, error} -> fail(error.message)
    end
  end

  defp fail(message) do
    Console.puts(:stderr, Format.text(message))
    1
  end
end
