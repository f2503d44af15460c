defmodule Thumbnailer.Batch.Pipeline do
  @moduledoc false
  # The images of a run, chunk by chunk: plan, tell the journal, make, count. One process plans and counts, a task for each image
  # makes.

  alias Thumbnailer.{Batch, Error}
  alias Thumbnailer.Batch.{DiskTrouble, Journal, Maker, Outcome, Plan, Planner, Report}
  alias Thumbnailer.Batch.Input.Spool
  alias Thumbnailer.OS.RawPath
  alias Thumbnailer.Cluster.Events

  # Images that are planned together, and whose names the journal writes together.
  @chunk 256

  @enforce_keys [:batch, :group, :report, :planner, :journal, :spool]
  defstruct [
    :batch,
    :group,
    :report,
    :planner,
    :journal,
    :spool,
    :published_at,
    due: [],
    running: %{},
    trouble: %DiskTrouble{},
    stop: false
  ]

  @typedoc """
  `group` is where the batch is heard of, `published_at` when it was last, in milliseconds of the monotonic clock; `journal` is nil
  in a dry run; `due` has the plans that the journal knows, `running` the tasks and what the journal will take of each; `stop` is whether nothing more is begun.
  """
  @type t :: %__MODULE__{
          batch: Batch.t(),
          group: atom,
          report: Report.t(),
          planner: Planner.t(),
          journal: pid | nil,
          spool: Spool.t(),
          published_at: integer | nil,
          due: [Plan.t()],
          running: %{optional(reference) => pos_integer},
          trouble: DiskTrouble.t(),
          stop: boolean
        }

  @doc "Makes what the spool has, until it is empty or something stops the run."
  @spec make(t) :: t
  def make(run) do
    run = %{run | stop: run.stop or run.batch.stop.()}

    cond do
      run.stop and run.running == %{} -> give_back(run)
      not run.stop and run.due == [] -> run |> plan() |> make_planned()
      not run.stop and map_size(run.running) < limit(run.batch) -> run |> start() |> make()
      true -> run |> await() |> make()
    end
  end

  # What was planned and not begun: where nothing is, the journal need not know the name.
  defp give_back(%{due: []} = run), do: run

  defp give_back(run) do
    Journal.forget(run.journal, Enum.flat_map(run.due, & &1.free))
    %{run | due: []}
  end

  # When there is nothing more to plan, what runs is finished.
  defp make_planned({:more, run}), do: make(run)
  defp make_planned({:done, %{running: running} = run}) when running == %{}, do: run
  defp make_planned({:done, run}), do: make_planned({:done, await(run)})

  # Twice as many as are worked on, so that no worker waits for the next.
  defp limit(batch), do: 2 * batch.jobs

  defp plan(run) do
    case Spool.take(run.spool, @chunk) do
      {:ok, [], spool} ->
        {:done, %{run | spool: spool}}

      {:ok, inputs, spool} ->
        {:more, %{run | spool: spool} |> plan(inputs)}

      {:error, posix} ->
        {:more,
         halt(
           run,
           Error.new(
             :no_access,
             "the list of inputs cannot be read: #{:file.format_error(posix)}"
           )
         )}
    end
  end

  defp plan(run, inputs) do
    case decide(run, inputs) do
      {:ok, decisions} ->
        run = Enum.reduce(decisions, run, &planned/2)
        intend(run, Enum.reverse(run.due))

      {:error, error} ->
        halt(run, error)
    end
  end

  defp decide(run, inputs) do
    {:ok, Planner.plan(run.planner, inputs)}
  rescue
    # What a full disk does to the tables of a run.
    error in File.Error -> {:error, DiskTrouble.no_table(run.batch, error)}
  end

  defp planned(_plan, %{stop: true} = run), do: run
  defp planned({:fail, outcome}, run), do: count(run, outcome)

  defp planned({:skip, outcome, record}, run) do
    if record != nil and run.journal != nil and not run.batch.dry_run,
      do: Journal.write(run.journal, RawPath.expand(outcome.path), record)

    count(run, outcome)
  end

  defp planned({:make, plan}, %{batch: %{dry_run: true}} = run),
    do: count(run, Plan.outcome(plan, :planned))

  defp planned({:make, plan}, run), do: %{run | due: [plan | run.due]}

  defp intend(%{stop: true} = run, _due), do: %{run | due: []}
  defp intend(run, []), do: run

  defp intend(run, due) do
    names = for plan <- due, output <- plan.due, do: output.name

    room = Enum.sum(Enum.map(due, &Plan.room/1) ++ Map.values(run.running))

    case Journal.intend(run.journal, names, room) do
      :ok ->
        %{run | due: due}

      {:error, why} ->
        halt(%{run | due: []}, Journal.Failure.broken(Journal.Folder.path(run.batch.out), why))
    end
  end

  defp start(%{due: [plan | due]} = run) do
    %{batch: batch, journal: journal} = run
    task = Task.async(fn -> Maker.make(plan, batch, journal) end)
    %{run | due: due, running: Map.put(run.running, task.ref, Plan.room(plan))}
  end

  defp await(run) do
    receive do
      {ref, %Outcome{} = outcome} when is_map_key(run.running, ref) ->
        Process.demonitor(ref, [:flush])
        count(%{run | running: Map.delete(run.running, ref)}, outcome)
    end
  end

  # -- counts

  @doc "Adds what became of an image, and tells those who watch."
  @spec count(t, Outcome.t()) :: t
  def count(%{batch: batch} = run, outcome) do
    report = Report.add(run.report, outcome)

    published_at =
      Events.progress(run.group, run.published_at || report.started_at, Report.counts(report))

    trouble = DiskTrouble.add(run.trouble, outcome)

    stop =
      batch.observe.(report) == :stop or (batch.on_failure == :stop and outcome.state == :failed)

    run = %{
      run
      | report: report,
        published_at: published_at,
        trouble: trouble,
        stop: run.stop or stop
    }

    if error = DiskTrouble.halt(trouble, batch.out), do: halt(run, error), else: run
  end

  @doc "Begins nothing more, for the first reason that is given."
  @spec halt(t, Error.t()) :: t
  def halt(run, error),
    do: %{run | stop: true, report: %{run.report | halted: run.report.halted || error}}
end
