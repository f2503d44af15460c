defmodule Thumbnailer.Batch.Run do
  @moduledoc false
  # The order of a batch: open what it needs, survey the inputs, make their thumbnails, in the end prune.

  alias Thumbnailer.{Batch, Error}

  alias Thumbnailer.Batch.{
    DiskTrouble,
    Journal,
    Ownership,
    Pipeline,
    Planner,
    Prune,
    Report,
    Survey
  }

  alias Thumbnailer.Batch.Input.{Filter, Spool}
  alias Thumbnailer.OS.RawPath
  alias Thumbnailer.Batch.Journal.OutputClaims
  alias Thumbnailer.Cluster.Events

  @doc "Runs a batch that `Thumbnailer.Batch.new!/1` has checked; subscribers of `group` hear of it."
  @spec run(Batch.t(), group :: atom) :: {:ok, Report.t()} | {:error, Error.t()}
  def run(batch, group) do
    with {:ok, loaders} <- loaders(batch),
         {:ok, scratch} <- scratch(batch),
         {:ok, pid, journal} <- journal(batch, scratch) do
      try do
        with_tables(batch, group, scratch, pid, journal, loaders)
      rescue
        # What a full disk does to the tables of a run.
        error in File.Error -> {:error, DiskTrouble.no_table(batch, error)}
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

  defp scratch(%{out: out}),
    do: with(:ok <- Journal.Folder.make(out), do: {:ok, Journal.Folder.path(out)})

  defp journal(%{dry_run: true, out: out}, scratch) do
    if Journal.exists?(out), do: Journal.open(out, :read, scratch), else: {:ok, nil, nil}
  end

  defp journal(%{out: out}, scratch), do: Journal.open(out, :write, scratch)

  defp with_tables(batch, group, scratch, pid, journal, loaders) do
    name = "#{scratch}/claims-#{System.pid()}-#{System.unique_integer([:positive])}"

    with {:ok, claims} <- named(OutputClaims.open(name, folds_names?(batch.out)), name),
         {:ok, spool} <- named(Spool.open(name <> ".inputs"), name) do
      try do
        # Each task gets a copy, of which there may be hundreds of thousands.
        named = %{batch | patterns: []}
        planner = Planner.new(named, ownership(batch, claims, journal), loaders)

        pipeline =
          &%Pipeline{
            batch: named,
            group: group,
            planner: planner,
            journal: pid,
            report: &1,
            spool: &2
          }

        with {:ok, survey} <- survey(batch, claims, spool, journal),
             do: {:ok, make(survey, pipeline)}
      after
        Spool.close(spool)
        OutputClaims.close(claims)
      end
    end
  end

  defp ownership(batch, claims, journal) do
    %Ownership{
      out: batch.out,
      claims: claims,
      journal: journal,
      follow_links: batch.follow_links,
      replace_any: batch.overwrite == :any
    }
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

  defp survey(batch, claims, spool, journal) do
    Survey.take(%Survey{
      batch: batch,
      claims: claims,
      filter: Filter.new(batch.include, batch.exclude, batch.since),
      spool: spool,
      journal: journal,
      report: Report.new(),
      observe: batch.observe
    })
  end

  defp make(survey, pipeline) do
    # Errors of folders have their outcome already.
    report = %{survey.report | total: survey.report.done + survey.spool.count}
    run = Pipeline.make(pipeline.(report, survey.spool))
    run = if prune?(run, survey), do: prune(run), else: run
    finish(run)
  end

  # Not when images may be there that were not seen.
  defp prune?(run, survey),
    do: run.batch.prune and survey.complete and run.report.total > 0 and not run.stop

  defp prune(%{journal: nil} = run), do: run

  defp prune(run) do
    Prune.run(run.planner.ownership, run.journal, run.batch.dry_run, run, fn outcome, run ->
      Pipeline.count(run, outcome)
    end)
  end

  defp finish(run) do
    run = sync(run)
    report = %{run.report | stopped: run.stop}
    Events.finished(run.group, Report.counts(report))
    report
  end

  defp sync(%{journal: nil} = run), do: run

  defp sync(run) do
    case Journal.sync(run.journal) do
      :ok ->
        run

      {:error, why} ->
        Pipeline.halt(run, Journal.Failure.broken(Journal.Folder.path(run.batch.out), why))
    end
  end
end
