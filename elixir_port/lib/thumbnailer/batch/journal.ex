defmodule Thumbnailer.Batch.Journal do
  @moduledoc false
  # What a batch has made, in OUT/.thumbnailer/journal, so that a run that was stopped goes on where it was. A
  # :disk_log, which repairs a tail that was torn off by a power failure.
  #
  # Each entry is on the disk before the next is taken: entries that come meanwhile are written together, so that a
  # slow disk costs batches of entries and not the rate. The entries of the past are read into a table on disk, by
  # which inputs are looked up: memory stays the same however many there are.

  use GenServer

  alias Thumbnailer.Batch.{Lock, Made}

  @version 1
  @enforce_keys [:log, :table, :key, :folder]
  defstruct [:log, :table, :key, :folder]

  @typedoc "`key` is that of the hashes of contents."
  @type t :: %__MODULE__{log: term, table: term, key: binary, folder: Path.t()}

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
         :ok <- Lock.take(folder),
         {:ok, pid} <- GenServer.start(__MODULE__, folder) do
      Process.link(pid)
      {:ok, pid, GenServer.call(pid, :handle, :infinity)}
    end
  end

  @doc "What the journal of earlier runs says of the input, or nil."
  @spec fetch(t, Path.t()) :: Made.t() | nil
  def fetch(journal, path) do
    case :dets.lookup(journal.table, id(path)) do
      [{_id, _path, made}] -> made
      [] -> nil
    end
  end

  @doc "Writes what was made of the input; returns before it is on the disk."
  @spec write(pid, Path.t(), Made.t()) :: :ok
  def write(pid, path, %Made{} = made), do: GenServer.cast(pid, {:made, path, made})

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
    table = {__MODULE__, folder}
    index = Path.join(folder, "index")
    _ = File.rm(index)

    with {:ok, log} <- open_log(Path.join(folder, "journal")),
         {:ok, ^table} <- :dets.open_file(table, file: charlist(index), auto_save: :infinity),
         {:ok, key} <- read(log, table) do
      {:ok, %__MODULE__{log: log, table: table, key: key, folder: folder}}
    else
      {:error, why} ->
        Lock.release(folder)
        {:stop, describe(folder, why)}
    end
  end

  @impl true
  def handle_call(:handle, _from, state), do: {:reply, state, state}

  @impl true
  def handle_cast({:made, path, made}, state) do
    entries = waiting([{id(path), path, made}])
    :ok = :disk_log.log_terms(state.log, entries)
    :ok = :disk_log.sync(state.log)
    {:noreply, state}
  end

  @impl true
  def handle_info({:EXIT, _pid, reason}, state), do: {:stop, reason, state}
  def handle_info(_stray, state), do: {:noreply, state}

  @impl true
  def terminate(_reason, state) do
    _ = :disk_log.close(state.log)
    _ = :dets.close(state.table)
    _ = File.rm(Path.join(state.folder, "index"))
    Lock.release(state.folder)
  end

  # What else is in the mailbox goes to the disk with the same write.
  defp waiting(entries) do
    receive do
      {:"$gen_cast", {:made, path, made}} -> waiting([{id(path), path, made} | entries])
    after
      0 -> Enum.reverse(entries)
    end
  end

  defp open_log(path) do
    case :disk_log.open(name: {__MODULE__, path}, file: charlist(path), repair: true, quiet: true) do
      {:ok, log} -> {:ok, log}
      {:repaired, log, _recovered, _bad_bytes} -> {:ok, log}
      {:error, why} -> {:error, why}
    end
  end

  defp read(log, table) do
    case :disk_log.chunk(log, :start) do
      :eof -> begin(log)
      chunk -> read(chunk, log, table)
    end
  end

  defp begin(log) do
    key = :crypto.strong_rand_bytes(32)
    :ok = :disk_log.log(log, {:thumbnailer_journal, @version, key})
    :ok = :disk_log.sync(log)
    {:ok, key}
  end

  defp read(chunk, log, table) do
    case entries(chunk) do
      {next, [{:thumbnailer_journal, @version, key} | entries]} ->
        read_on({next, entries}, log, table, key)

      _other ->
        {:error, :other_version}
    end
  end

  defp read_on(:eof, _log, _table, key), do: {:ok, key}

  defp read_on({next, entries}, log, table, key) do
    # Those that a damaged place left whole.
    :ok = :dets.insert(table, for({<<_::128>>, _path, %Made{}} = entry <- entries, do: entry))
    log |> :disk_log.chunk(next) |> entries() |> read_on(log, table, key)
  end

  defp entries({next, entries, _bad_bytes}), do: {next, entries}
  defp entries(other), do: other

  # A name need not be UTF-8: the runtime passes raw bytes on.
  defp charlist(path), do: if(String.valid?(path), do: String.to_charlist(path), else: path)

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
