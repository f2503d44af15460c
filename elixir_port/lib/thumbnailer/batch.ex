defmodule Thumbnailer.Batch do
  @moduledoc """
  Thumbnails of whole trees of images: what `mix thumbnailer.batch` does.

      batch = %Thumbnailer.Batch{patterns: ["photos"], out: "thumbs", sizes: ["200x200"], jobs: 4}
      {:ok, %Thumbnailer.Batch.Report{done: 3, failed: 0}} = Thumbnailer.Batch.run(batch)

  Inputs are found while images are made, and never held: some 20 bytes for each are all that grows with their number, so that a
  tree or a list may be as large as it likes. Each image is decoded once for all sizes and formats. Outputs mirror the tree below `out`:
  `photos/a/b.jpg` becomes `thumbs/a/b.jpg`, with several sizes `thumbs/a/b-200x200.jpg` and so on;
  `name` says otherwise. Two images that would have the same output are a failure of the second.

  A journal in `out`/.thumbnailer knows what was made, of what and with which options. A run that was stopped, however
  that happened, goes on where it was; a changed image or option is made again, an unchanged one is not.
  """

  alias Thumbnailer.Batch.{Converter, Input, Journal, OutputName, Report}
  alias Thumbnailer.Batch.Journal.OutputClaims
  alias Thumbnailer.Cluster.Events

  @enforce_keys [:out]
  defstruct [
    :out,
    :from,
    :name,
    patterns: [],
    sizes: ["200x200"],
    formats: nil,
    jobs: 1,
    on: Thumbnailer,
    shared_storage: false,
    overwrite: :older,
    on_failure: :keep_going,
    dry_run: false,
    options: []
  ]

  @type t :: %__MODULE__{
          out: Path.t(),
          patterns: [String.t()],
          # a file of paths, one in each line, or "-" for standard input
          from: Path.t() | nil,
          # sizes as they stand in the names of outputs
          sizes: [String.t(), ...],
          # nil is what `options` say, else `:auto`
          formats: [Thumbnailer.Formats.saved() | :auto, ...] | nil,
          name: OutputName.t() | nil,
          # images at the same time
          jobs: pos_integer,
          on: GenServer.server() | {:cluster, atom},
          shared_storage: boolean,
          # whether outputs that exist are made again: those of changed inputs or options, all, or none
          overwrite: :older | :always | :never,
          on_failure: :keep_going | :stop,
          dry_run: boolean,
          # of `Thumbnailer.make/3`, without `:to` and `:on`
          options: keyword
        }

  @doc """
  The inputs of a batch, in order, as a lazy stream.

      batch = %Thumbnailer.Batch{patterns: ["photos"], out: "thumbs"}
      3 = batch |> Thumbnailer.Batch.inputs() |> Enum.count()
  """
  @doc since: "0.1.0"
  @spec inputs(t) :: Enumerable.t()
  def inputs(%__MODULE__{} = batch), do: Input.stream(batch.patterns, batch.from, batch.out)

  @doc """
  Makes all thumbnails; `observe` is called with the report after each image, which is `report.last`.

  It ends early when `observe` returns `:stop`, or after the first failure with `on_failure: :stop`: no further image
  is begun, and those that are under way are finished. Says why when the journal cannot be had.

      batch = %Thumbnailer.Batch{patterns: ["photos"], out: "small", sizes: ["100x100"]}
      {:ok, report} = Thumbnailer.Batch.run(batch, fn report -> if report.failed > 10, do: :stop end)
      {3, 0} = {report.made, report.failed}
  """
  @doc since: "0.1.0"
  @spec run(t, (Report.t() -> :stop | term)) :: {:ok, Report.t()} | {:error, String.t()}
  def run(%__MODULE__{} = batch, observe \\ &Function.identity/1) do
    batch = validate!(batch)

    if batch.dry_run,
      do: dry_run(batch, observe),
      else:
        with_journal(batch, fn pid, journal ->
          with_claims(
            journal.folder,
            &run(batch, observe, Converter.new(batch, pid, journal, &1))
          )
        end)
  end

  # It reads the journal, but leaves no trace where there is none.
  defp dry_run(batch, observe) do
    with_claims(System.tmp_dir!(), fn claims ->
      if Journal.exists?(batch.out),
        do:
          with_journal(batch, fn _pid, journal ->
            run(batch, observe, Converter.new(batch, nil, journal, claims))
          end),
        else: {:ok, run(batch, observe, Converter.new(batch, nil, nil, claims))}
    end)
  end

  defp with_journal(batch, run) do
    with {:ok, pid, journal} <- Journal.open(batch.out) do
      try do
        {:ok, run.(pid, journal)}
      after
        Journal.close(pid)
      end
    end
  end

  defp with_claims(folder, run) do
    claims = OutputClaims.open(folder)

    try do
      run.(claims)
    after
      OutputClaims.close(claims)
    end
  end

  defp run(batch, observe, converter) do
    stop = :atomics.new(1, [])
    total = convert_all(batch, observe, converter, stop)
    Events.finished(topic(batch.on), Report.counts(total))
    total
  end

  defp convert_all(batch, observe, converter, stop) do
    report = Report.new()

    batch
    |> inputs()
    |> Stream.take_while(fn _input -> :atomics.get(stop, 1) == 0 end)
    |> Task.async_stream(&Converter.run(converter, &1),
      # Twice as many as are worked on, so that no worker waits for the next.
      max_concurrency: 2 * batch.jobs,
      ordered: false,
      timeout: :infinity
    )
    |> Enum.reduce({report, report.started_at}, fn {:ok, outcome}, {report, published_at} ->
      report = Report.add(report, outcome)
      published_at = Events.progress(topic(batch.on), published_at, Report.counts(report))
      observed = observe.(report)
      if observed == :stop or stops?(batch, outcome), do: :atomics.put(stop, 1, 1)
      {%{report | stopped: :atomics.get(stop, 1) == 1}, published_at}
    end)
    |> elem(0)
  end

  # The group in which this batch is heard of.
  defp topic({:cluster, group}), do: group
  defp topic(_instance), do: __MODULE__

  defp stops?(%{on_failure: :stop}, %{state: :failed}), do: true
  defp stops?(_batch, _outcome), do: false

  @doc """
  The batch with its formats and the template for names, checked; raises `ArgumentError` when names would clash.

      batch = Thumbnailer.Batch.validate!(%Thumbnailer.Batch{out: "thumbs", sizes: ["100x", "200x"]})
      [:auto] = batch.formats
  """
  @doc since: "0.1.0"
  @spec validate!(t) :: t
  def validate!(%__MODULE__{} = batch) do
    {format, options} = Keyword.pop(batch.options, :format, :auto)
    formats = batch.formats || [format]
    name = OutputName.check!(batch.name || OutputName.default(batch.sizes), batch.sizes, formats)
    %{batch | formats: formats, name: name, options: options, out: Path.expand(batch.out)}
  end
end
