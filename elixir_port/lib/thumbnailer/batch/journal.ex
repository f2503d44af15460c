defmodule Thumbnailer.Batch.Journal do
  @moduledoc false
  # What a batch has made, in OUT/.thumbnailer/journal, so that a run that was stopped goes on where it was, and so that it is
  # known which files are the batch's own.
  #
  # The names of outputs are written before the files are, by `intend/2`: whatever a run is killed over is known as its own. What
  # became of the inputs is written at once, and brought to the disk ten times a second, or with the next names. The entries of the past are read into
  # a table on disk, by which inputs and outputs are looked up; when most of them were superseded by later ones, the log is written
  # anew without those.
  #
  # Once an entry could not be written, every further call says why, and the batch ends.

  use GenServer

  alias Thumbnailer.Batch.Journal.{Cleanup, DiskTable, Entry, Failure, Folder, Lock, Log, Record}
  alias Thumbnailer.OS.RawPath
  alias Thumbnailer.Error

  # Milliseconds that a written entry waits for others until it is on the disk.
  @wait 100

  @enforce_keys [:owner, :folder, :mode]
  defstruct [:owner, :folder, :mode, :lock, :log, :table, :failed, :timer]

  @typedoc "What the planners of a batch look things up in."
  @type t :: %__MODULE__{folder: Path.t(), table: pid}

  @doc "Whether `out` has a journal."
  @spec exists?(Path.t()) :: boolean
  def exists?(out), do: match?({:ok, _info}, RawPath.lstat(Folder.path(out) <> "/journal"))

  @doc """
  Opens the journal of `out`, linked to the caller; says why it cannot be had.

  In `:read` mode, for a dry run, nothing is written and no lock is taken. `scratch` is the folder for the table.
  """
  @spec open(Path.t(), :read | :write, Path.t()) :: {:ok, pid, t} | {:error, Error.t()}
  def open(out, mode, scratch) do
    with {:ok, pid} <- GenServer.start(__MODULE__, {self(), Folder.path(out), mode, scratch}) do
      Process.link(pid)
      {:ok, pid, GenServer.call(pid, :handle, :infinity)}
    end
  end

  @doc "What the journal of earlier runs says of each input, or nil."
  @spec records(t, [Path.t()]) :: [Record.t() | nil]
  def records(journal, paths) do
    for value <- DiskTable.fetch(journal.table, Enum.map(paths, &Entry.input_key/1)) do
      with <<_::binary>> <- value,
           {:record, record} <- Entry.value(value),
           do: record,
           else: (_unknown -> nil)
    end
  end

  @doc "Whether an earlier run has made the output of each name: with how many bytes, or begun it; nil when it is none of its own."
  @spec outputs(t, [Path.t()]) :: [{:made, non_neg_integer} | :begun | nil]
  def outputs(journal, names) do
    for value <- DiskTable.fetch(journal.table, Enum.map(names, &Entry.output_key/1)),
        do: value && Entry.value(value)
  end

  @doc """
  Writes the names of outputs that are about to be made; they are on the disk when this returns. `room` is how many bytes will be written
  of them, and of others that are being made; it is taken first, so that a disk that is full then does not hide what was made.
  """
  @spec intend(pid, [Path.t()], room :: non_neg_integer) ::
          :ok | {:error, File.posix() | :lock_lost}
  def intend(pid, names, room), do: GenServer.call(pid, {:intend, names, room}, :infinity)

  @doc "Writes what became of the input; returns before it is on the disk. `gone` are names of outputs that are there no more."
  @spec write(pid, Path.t(), Record.t(), gone :: [Path.t()]) :: :ok
  def write(pid, path, %Record{} = record, gone \\ []) do
    send(pid, {:entries, [Entry.made(path, record) | Entry.gone(gone)]})
    :ok
  end

  @doc "Writes that outputs are there no more."
  @spec forget(pid, [Path.t()]) :: :ok
  def forget(pid, names) do
    send(pid, {:entries, Entry.gone(names)})
    :ok
  end

  @doc "Calls `fun` with each input that the journal knows, and its record."
  @spec each(pid, (Path.t(), Record.t() -> term)) :: :ok | {:error, term}
  def each(pid, fun), do: GenServer.call(pid, {:each, fun}, :infinity)

  @doc "Waits until all that was written is on the disk, or says why it cannot be."
  @spec sync(pid) :: :ok | {:error, File.posix() | :lock_lost}
  def sync(pid), do: GenServer.call(pid, :sync, :infinity)

  @doc "Ends the journal when all that was written is on the disk."
  @spec close(pid) :: :ok
  def close(pid) do
    Process.unlink(pid)
    GenServer.stop(pid, :normal, :infinity)
  end

  @impl true
  def init({owner, folder, mode, scratch}) do
    # Else the end of the batch would not end the table and the lock.
    Process.flag(:trap_exit, true)
    state = %__MODULE__{owner: owner, folder: folder, mode: mode}

    with {:ok, state} <- lock(state) do
      case load(state, scratch) do
        {:ok, state} ->
          {:ok, state}

        {:error, why} ->
          if state.lock, do: Lock.release(state.lock)
          {:stop, Failure.refused(folder, why)}
      end
    else
      {:error, error} -> {:stop, error}
    end
  end

  defp lock(%{mode: :read} = state), do: {:ok, state}

  defp lock(%{folder: folder} = state) do
    with {:ok, lock, how} <- Lock.take(folder) do
      if how == :taken_over, do: Cleanup.sweep(Path.dirname(folder))
      {:ok, %{state | lock: lock}}
    end
  end

  defp load(%{folder: folder, mode: mode} = state, scratch) do
    path = folder <> "/journal"
    index = "#{scratch}/index-#{System.pid()}-#{System.unique_integer([:positive])}"

    with {:ok, table} <- DiskTable.start_link(index),
         {:ok, log, {_turn, puts}} <- Log.open(path, mode, {0, 0}, &learn(table, &1, &2)) do
      log = if mode == :write, do: compact(log, path, table, puts), else: log
      {:ok, %{state | log: log, table: table}}
    end
  rescue
    error in File.Error -> {:error, error.reason}
  end

  # Each frame has its turn beside what it says, by which it is known whether it is the last word.
  defp learn(table, entries, {turn, puts}) do
    rows = Enum.flat_map(entries, &Entry.rows(&1, turn))
    :ok = DiskTable.put(table, rows)
    {turn + 1, puts + length(rows)}
  end

  # An output is written twice, when it is begun and when it is made, and its input once.
  defp compact(log, path, table, puts) do
    if puts >= 3_000 and puts > 3 * DiskTable.count(table),
      do: Log.rewrite(log, path, 0, &without_superseded(table, &1, &2)),
      else: log
  end

  defp without_superseded(table, entries, turn) do
    last? = &last?(table, &1, turn)
    {Enum.flat_map(entries, &Entry.keep(&1, last?)), turn + 1}
  end

  defp last?(table, key, turn) do
    [value] = DiskTable.fetch(table, [key])
    Entry.turn(value) == turn
  end

  @impl true
  def handle_call(:handle, _from, state), do: {:reply, state, state}

  def handle_call({:intend, names, room}, _from, %{failed: nil} = state) do
    # Without room nothing has failed yet: what is being made has its own.
    case Log.reserve(state.log, Entry.room("", names) + room) do
      :ok ->
        state = state |> append(Entry.begun(names)) |> write_out()
        {:reply, result(state), state}

      {:error, posix} ->
        {:reply, {:error, posix}, state}
    end
  end

  def handle_call({:intend, _names, _room}, _from, state), do: {:reply, result(state), state}

  def handle_call(:sync, _from, state) do
    state = write_out(state)
    {:reply, result(state), state}
  end

  def handle_call({:each, fun}, _from, state) do
    read =
      Log.read(state.log, 0, fn entries, turn ->
        for {path, record} <- Entry.records(entries),
            last?(state.table, Entry.input_key(path), turn),
            do: fun.(path, record)

        turn + 1
      end)

    {:reply, with({:ok, _log, _turns} <- read, do: :ok), state}
  end

  @impl true
  def handle_info({:entries, entries}, state) do
    state = append(state, entries)
    {:noreply, %{state | timer: state.timer || Process.send_after(self(), :sync, @wait)}}
  end

  def handle_info(:sync, state), do: {:noreply, write_out(state)}

  def handle_info(:lock_lost, state),
    do: {:noreply, %{state | failed: state.failed || :lock_lost}}

  def handle_info({:EXIT, owner, reason}, %{owner: owner} = state), do: {:stop, reason, state}
  # The table or the heart of the lock; ports of programs that were run end normally.
  def handle_info({:EXIT, _pid, reason}, state) when reason != :normal, do: {:stop, reason, state}
  def handle_info(_stray, state), do: {:noreply, state}

  @impl true
  def terminate(_reason, state) do
    state = write_out(state)
    Log.close(state.log, state.mode)
    DiskTable.stop(state.table)
    if state.lock, do: Lock.release(state.lock)
  end

  defp append(%{failed: nil, mode: :write} = state, entries) do
    case Log.append(state.log, entries) do
      {:ok, log} -> %{state | log: log}
      {:error, posix} -> %{state | failed: posix}
    end
  end

  defp append(state, _entries), do: state

  defp write_out(%{failed: nil, mode: :write} = state) do
    if state.timer, do: Process.cancel_timer(state.timer)

    case Log.sync(state.log) do
      :ok -> %{state | timer: nil}
      {:error, posix} -> %{state | timer: nil, failed: posix}
    end
  end

  defp write_out(state), do: %{state | timer: nil}

  defp result(%{failed: nil}), do: :ok
  defp result(%{failed: why}), do: {:error, why}
end
