defmodule Thumbnailer.Batch.Run do
  @moduledoc false
  # The order of a batch: survey, then chunk by chunk plan, tell the journal, make; in the end prune. One process plans and counts,
  # a task for each image makes.

  alias Thumbnailer.{Batch, Error}

  alias Thumbnailer.Batch.{
    DiskTrouble,
    Journal,
    Maker,
    Outcome,
    Ownership,
    Plan,
    Planner,
    Prune,
    Report,
    Survey
  }

  alias Thumbnailer.Batch.Input.{Filter, RawPath, Spool}
  alias Thumbnailer.Batch.Journal.OutputClaims
  alias Thumbnailer.Cluster.Events

  # Images that are planned together, and whose names the journal writes together.
  @chunk 256

  @enforce_keys [:batch, :observe, :report]
  defstruct [
    :batch,
    :observe,
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

  @doc "Runs a batch that `Thumbnailer.Batch.new!/1` has checked."
  @spec run(Batch.t(), (Report.t() -> term)) :: {:ok, Report.t()} | {:error, Error.t()}
  def run(batch, observe) do
    with {:ok, loaders} <- loaders(batch),
         {:ok, scratch} <- scratch(batch),
         {:ok, pid, journal} <- journal(batch, scratch) do
      try do
        with_claims(batch, scratch, pid, journal, loaders, observe)
      rescue
        # What a full disk does to the tables of a run.
        error in File.Error -> {:error, no_table(batch, error)}
      after
        if pid, do: Journal.close(pid)
      end
    end
  end

  # In a cluster each node has loaders of its own.
  defp loaders(%{on: {:cluster, _group}}), do: {:ok, nil}

  defp loaders(%{on: on}) do
    with {:ok, %{loaders: loaders}} <- Thumbnailer.info(on), do: {:ok, loaders}
  end

  # A dry run leaves no trace.
  defp scratch(%{dry_run: true}), do: {:ok, System.tmp_dir!()}

  defp scratch(%{out: out}) do
    folder = Journal.folder(out)

    case RawPath.make_folder(folder) do
      :ok ->
        {:ok, folder}

      {:error, posix, which} ->
        {:error,
         Error.new(
           :write_failed,
           "the folder #{which} cannot be made: #{:file.format_error(posix)}"
         )}
    end
  end

  defp journal(%{dry_run: true, out: out}, scratch) do
    if Journal.exists?(out), do: Journal.open(out, :read, scratch), else: {:ok, nil, nil}
  end

  defp journal(%{out: out}, scratch), do: Journal.open(out, :write, scratch)

  defp with_claims(batch, scratch, pid, journal, loaders, observe) do
    name = "#{scratch}/claims-#{System.pid()}-#{System.unique_integer([:positive])}"

    with {:ok, claims} <- named(OutputClaims.open(name, folds_names?(batch.out)), name),
         {:ok, spool} <- named(Spool.open(name <> ".inputs"), name) do
      ownership = %Ownership{
        out: batch.out,
        claims: claims,
        journal: journal,
        follow_links: batch.follow_links,
        replace_any: batch.overwrite == :any
      }

      run = %__MODULE__{
        batch: batch,
        observe: observe,
        report: Report.new(),
        journal: pid,
        planner: Planner.new(batch, ownership, loaders)
      }

      try do
        survey(run, claims, spool, journal)
      after
        Spool.close(spool)
        OutputClaims.close(claims)
      end
    end
  end

  defp named({:ok, opened}, _name), do: {:ok, opened}

  defp named({:error, posix}, name),
    do: {:error, Error.new(:write_failed, "#{name} cannot be made: #{:file.format_error(posix)}")}

  # Whether the folder is on a file system that takes names of other case for the same.
  defp folds_names?(out) do
    case {RawPath.lstat(out <> "/.thumbnailer"), RawPath.lstat(out <> "/.THUMBNAILER")} do
      {{:ok, %{inode: inode}}, {:ok, %{inode: inode}}} -> true
      _told_apart -> false
    end
  end

  defp no_table(batch, %File.Error{reason: posix}) do
    where = if batch.dry_run, do: System.tmp_dir!(), else: batch.out

    Error.new(
      :write_failed,
      "#{where}: #{:file.format_error(posix)}; the tables of a run lie there"
    )
  end

  # -- survey

  defp survey(%{batch: batch} = run, claims, spool, journal) do
    survey = %Survey{
      batch: batch,
      claims: claims,
      filter: Filter.new(batch.include, batch.exclude, batch.since),
      spool: spool,
      journal: journal,
      report: run.report,
      observe: run.observe
    }

    with {:ok, survey} <- Survey.take(survey) do
      # Errors of folders have their outcome already.
      report = %{survey.report | total: survey.report.done + survey.spool.count}
      run = make(%{run | spool: survey.spool, report: report, published_at: report.started_at})
      run = if prune?(run, survey), do: prune(run), else: run
      {:ok, finish(run)}
    end
  end

  # Not when images may be there that were not seen.
  defp prune?(run, survey),
    do: run.batch.prune and survey.complete and run.report.total > 0 and not run.stop

  # -- images

  defp make(run) do
    run = %{run | stop: run.stop or Batch.stop?(run.batch)}

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
    slice = max(div(@chunk, System.schedulers_online()), 16)

    plans =
      inputs
      |> Enum.chunk_every(slice)
      |> Enum.map(&Task.async(fn -> plan_slice(run.planner, &1) end))
      |> Task.await_many(:infinity)
      |> Enum.concat()

    run = Enum.reduce(plans, run, &planned/2)
    intend(run, Enum.reverse(run.due))
  end

  defp plan_slice(planner, inputs) do
    for {path, relative} <- inputs, do: Planner.plan(planner, path, relative)
  rescue
    error in File.Error -> [{:halt, no_table(planner.batch, error)}]
  end

  defp planned({:halt, error}, run), do: halt(run, error)
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
    case Journal.intend(run.journal, for(plan <- due, output <- plan.due, do: output.name)) do
      :ok -> %{run | due: due}
      {:error, why} -> halt(%{run | due: []}, Journal.broken(run.batch.out, why))
    end
  end

  defp start(%{due: [plan | due]} = run) do
    %{batch: batch, journal: journal} = run
    task = Task.async(fn -> Maker.make(plan, batch, journal) end)
    %{run | due: due, running: Map.put(run.running, task.ref, task)}
  end

  defp await(run) do
    receive do
      {ref, %Outcome{} = outcome} when is_map_key(run.running, ref) ->
        Process.demonitor(ref, [:flush])
        count(%{run | running: Map.delete(run.running, ref)}, outcome)
    end
  end

  # -- counts

  defp count(%{batch: batch} = run, outcome) do
    report = Report.add(run.report, outcome)
    published_at = Events.progress(topic(batch.on), run.published_at, Report.counts(report))
    trouble = DiskTrouble.add(run.trouble, outcome)

    stop =
      run.observe.(report) == :stop or (batch.on_failure == :stop and outcome.state == :failed)

    run = %{
      run
      | report: report,
        published_at: published_at,
        trouble: trouble,
        stop: run.stop or stop
    }

    if error = DiskTrouble.halt(trouble, batch.out), do: halt(run, error), else: run
  end

  defp halt(run, error),
    do: %{run | stop: true, report: %{run.report | halted: run.report.halted || error}}

  defp prune(%{journal: nil} = run), do: run

  defp prune(run) do
    Prune.run(run.planner.ownership, run.journal, run.batch.dry_run, run, fn outcome, run ->
      count(run, outcome)
    end)
  end

  defp finish(run) do
    run = sync(run)
    report = %{run.report | stopped: run.stop}
    Events.finished(topic(run.batch.on), Report.counts(report))
    report
  end

  defp sync(%{journal: nil} = run), do: run

  defp sync(run) do
    case Journal.sync(run.journal) do
      :ok -> run
      {:error, why} -> halt(run, Journal.broken(run.batch.out, why))
    end
  end

  # The group in which this batch is heard of.
  defp topic({:cluster, group}), do: group
  defp topic(_instance), do: Batch
end
