defmodule Thumbnailer.Batch.Journal.Log do
  @moduledoc false
  # The file of a journal: a :disk_log, which repairs a tail that was torn off by a power failure. Its head holds
  # the version and the key of the hashes of contents; entries are {id, path, made}, the last of an id counts.

  alias Thumbnailer.Batch.Journal.Record

  @version 1

  @type t :: term
  @type entry :: {id :: <<_::128>>, Path.t(), Record.t()}

  @doc "Opens the log at `path`, or begins it."
  @spec open(Path.t()) :: {:ok, t} | {:error, term}
  def open(path) do
    case :disk_log.open(name: {__MODULE__, path}, file: charlist(path), repair: true, quiet: true) do
      {:ok, log} -> {:ok, log}
      {:repaired, log, _recovered, _bad_bytes} -> {:ok, log}
      {:error, why} -> {:error, why}
    end
  end

  @spec close(t) :: :ok
  def close(log) do
    _ = :disk_log.close(log)
    :ok
  end

  @doc "Writes entries; they are on the disk when this returns."
  @spec append(t, [entry]) :: :ok
  def append(log, entries) do
    :ok = :disk_log.log_terms(log, entries)
    :ok = :disk_log.sync(log)
  end

  @doc """
  Reduces the entries, a chunk at a time; yields the key and the result.

  What a damaged place left whole is read. A log without a head gets one; that of another version is an error.
  """
  @spec reduce(t, acc, ([entry], acc -> acc)) ::
          {:ok, key :: binary, acc} | {:error, :other_version}
        when acc: term
  def reduce(log, acc, fun) do
    case log |> :disk_log.chunk(:start) |> terms() do
      :eof ->
        key = :crypto.strong_rand_bytes(32)
        begin(log, key)
        {:ok, key, acc}

      {next, [{:thumbnailer_journal, @version, key} | entries]} ->
        {:ok, key, go_on({next, entries}, log, acc, fun)}

      _other ->
        {:error, :other_version}
    end
  end

  defp begin(log, key) do
    :ok = :disk_log.log(log, {:thumbnailer_journal, @version, key})
    :ok = :disk_log.sync(log)
  end

  defp go_on(:eof, _log, acc, _fun), do: acc

  defp go_on({next, terms}, log, acc, fun) do
    acc = fun.(for({<<_::128>>, _path, %Record{}} = entry <- terms, do: entry), acc)
    log |> :disk_log.chunk(next) |> terms() |> go_on(log, acc, fun)
  end

  defp terms({next, terms, _bad_bytes}), do: {next, terms}
  defp terms(other), do: other

  @doc """
  Writes the log at `path` anew, with those entries of each chunk that `keep` leaves, and opens it in place of `log`.

  Whenever this is cut off, the old log is there whole, or the new one is. The old one stays when the new one
  cannot be written.
  """
  @spec rewrite(t, Path.t(), key :: binary, acc, ([entry], acc -> {[entry], acc})) ::
          {:ok, t} | {:error, term}
        when acc: term
  def rewrite(log, path, key, acc, keep) do
    new = path <> ".new"
    _ = File.rm(new)

    with {:ok, target} <- open(new),
         :ok <- copy(log, target, key, acc, keep),
         :ok <- :disk_log.close(target),
         :ok <- :disk_log.close(log),
         :ok <- File.rename(new, path),
         :ok <- sync_folder(Path.dirname(path)) do
      open(path)
    else
      {:error, _no_room} ->
        _ = File.rm(new)
        open(path)
    end
  end

  defp copy(log, target, key, acc, keep) do
    begin(target, key)

    {:ok, ^key, {written, _acc}} =
      reduce(log, {:ok, acc}, fn entries, {written, acc} ->
        {kept, acc} = keep.(entries, acc)
        {with(:ok <- written, do: :disk_log.log_terms(target, kept)), acc}
      end)

    with :ok <- written, do: :disk_log.sync(target)
  end

  # Else a power failure may bring the old file back, and what was written into the new one is lost.
  defp sync_folder(folder) do
    with {:ok, directory} <- :file.open(folder, [:read, :raw, :directory]) do
      synced = :file.sync(directory)
      _ = :file.close(directory)
      synced
    end
  end

  # A name need not be UTF-8: the runtime passes raw bytes on.
  defp charlist(path), do: if(String.valid?(path), do: String.to_charlist(path), else: path)
end
