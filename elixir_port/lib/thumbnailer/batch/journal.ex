defmodule Thumbnailer.Batch.Journal do
  @moduledoc false
  # What a batch has made, in OUT/.thumbnailer/journal, so that a run that was stopped goes on where it was.
  #
  # Each entry is on the disk before the next is taken: entries that come meanwhile are written together, so that a
  # slow disk costs batches of entries and not the rate. The entries of the past are read into a table on disk, by
  # which inputs are looked up; when most of them were superseded by later ones, the log is written anew without those.

  use GenServer

  alias Thumbnailer.Batch.Journal.{Cleanup, DiskTable, Lock, Log, Record}

  # A log with fewer entries than this is not worth writing anew.
  @small 1_000

  @enforce_keys [:log, :table, :key, :folder]
  defstruct [:log, :table, :key, :folder]

  @typedoc "`key` is that of the hashes of contents."
  @type t :: %__MODULE__{log: Log.t(), table: pid, key: binary, folder: Path.t()}

  @doc "The folder of the journal of the batches into `out`."
  @spec folder(Path.t()) :: Path.t()
  def folder(out), do: Path.join(out, ".thumbnailer")

  @doc "Whether `out` has a journal."
  @spec exists?(Path.t()) :: boolean
  def exists?(out), do: File.exists?(Path.join(folder(out), "journal"))

  @doc "Opens the journal of `out`, linked to the caller; says why it cannot be had."
  @spec open(Path.t()) :: {:ok, pid, t} | {:error, String.t()}
  def open(out) do
    folder = folder(out)

    with :ok <- make(folder),
         :ok <- take_lock(folder, out),
         {:ok, pid} <- GenServer.start(__MODULE__, folder) do
      Process.link(pid)
      {:ok, pid, GenServer.call(pid, :handle, :infinity)}
    end
  end

  defp take_lock(folder, out) do
    with :taken_over <- Lock.take(folder) do
      _ = Cleanup.sweep(out)
      :ok
    end
  end

  @doc "What the journal of earlier runs says of the input, or nil."
  @spec fetch(t, Path.t()) :: Record.t() | nil
  def fetch(journal, path) do
    with <<_sequence::64, record::binary>> <- DiskTable.fetch(journal.table, id(path)),
         do: :erlang.binary_to_term(record)
  end

  @doc "Writes what was made of the input; returns before it is on the disk."
  @spec write(pid, Path.t(), Record.t()) :: :ok
  def write(pid, path, %Record{} = record), do: GenServer.cast(pid, {:record, path, record})

  @doc "Ends the journal when all that was written is on the disk."
  @spec close(pid) :: :ok
  def close(pid) do
    Process.unlink(pid)
    GenServer.stop(pid, :normal, :infinity)
  end

  @impl true
  def init(folder) do
    # Else the end of the batch would not end the table and the lock.
    Process.flag(:trap_exit, true)
    path = Path.join(folder, "journal")

    with {:ok, table} <- DiskTable.start_link(Path.join(folder, "index")),
         {:ok, log} <- Log.open(path),
         {:ok, key, count} <- Log.reduce(log, 0, &load(table, &1, &2)),
         {:ok, log} <- compact(log, path, key, table, count) do
      {:ok, %__MODULE__{log: log, table: table, key: key, folder: folder}}
    else
      {:error, why} ->
        Lock.release(folder)
        {:stop, describe(folder, why)}
    end
  end

  # Each entry has its sequence beside it, by which it is known whether it is the last of its id.
  defp load(table, entries, count) do
    rows =
      for {{id, _path, record}, sequence} <- Enum.with_index(entries, count),
          do: {id, [<<sequence::64>>, :erlang.term_to_binary(record)]}

    :ok = DiskTable.put(table, rows)
    count + length(entries)
  end

  defp compact(log, path, key, table, count) do
    if count >= @small and count > 2 * DiskTable.count(table),
      do: Log.rewrite(log, path, key, 0, &without_superseded(table, &1, &2)),
      else: {:ok, log}
  end

  defp without_superseded(table, entries, count) do
    kept =
      for {{id, _path, _record} = entry, sequence} <- Enum.with_index(entries, count),
          match?(<<^sequence::64, _record::binary>>, DiskTable.fetch(table, id)),
          do: entry

    {kept, count + length(entries)}
  end

  @impl true
  def handle_call(:handle, _from, state), do: {:reply, state, state}

  @impl true
  def handle_cast({:record, path, record}, state) do
    entries = collect_pending([{id(path), path, record}])
    :ok = Log.append(state.log, entries)
    {:noreply, state}
  end

  @impl true
  def handle_info({:EXIT, _pid, reason}, state), do: {:stop, reason, state}
  def handle_info(_stray, state), do: {:noreply, state}

  @impl true
  def terminate(_reason, state) do
    Log.close(state.log)
    DiskTable.stop(state.table)
    Lock.release(state.folder)
  end

  # What else is in the mailbox goes to the disk with the same write.
  defp collect_pending(entries) do
    receive do
      {:"$gen_cast", {:record, path, record}} ->
        collect_pending([{id(path), path, record} | entries])
    after
      0 -> Enum.reverse(entries)
    end
  end

  defp id(path), do: :erlang.md5(path)

  defp make(folder) do
    with {:error, posix} <- File.mkdir_p(folder),
         do: {:error, "the folder #{folder} cannot be made: #{:file.format_error(posix)}"}
  end

  defp describe(folder, :other_version),
    do: "#{folder}/journal was written by another version; delete it to make all thumbnails again"

  defp describe(folder, why),
    do:
      "#{folder}/journal cannot be used: #{inspect(why)}; delete it to make all thumbnails again"
end
