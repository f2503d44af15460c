defmodule Thumbnailer.Batch.Journal.Log do
  @moduledoc false
  # The file of a journal: a line that names it, then frames, each a list of terms.
  #
  #     frame = marker (4 bytes), size (32 bits), CRC-32 of the payload (32 bits), payload (external term format)
  #
  # Whatever a power failure or a full disk leaves of it can be read: a frame that is not whole costs itself and no other, and
  # writing goes on behind the last whole one. `:disk_log` cannot do that when the file was closed well and cut afterwards,
  # and takes no names that are not text.
  #
  # A log belongs to the process that opened it.

  @head "thumbnailer journal 2\n"
  @marker <<0xF5, "TJ", 0xFA>>
  @block 1_048_576

  # A size above this is that of a damaged frame.
  @largest 268_435_456

  @enforce_keys [:file]
  defstruct [:file, ends_at: 0]

  @type t :: %__MODULE__{file: :file.fd(), ends_at: non_neg_integer}

  @doc "Opens the log at `path`, begins it in `:write` mode, and reduces the terms in it, a frame at a time."
  @spec open(Path.t(), :read | :write, acc, ([term], acc -> acc)) ::
          {:ok, t, acc} | {:error, File.posix() | :not_a_journal}
        when acc: term
  def open(path, mode, acc, fun) do
    modes = if mode == :write, do: [:read, :write], else: [:read]

    with {:ok, file} <- :file.open(path, modes ++ [:raw, :binary]) do
      log = %__MODULE__{file: file}

      with {:ok, log, acc} <- read(log, acc, fun), {:ok, log} <- prepare(log, mode) do
        {:ok, log, acc}
      else
        {:error, why} ->
          close(log)
          {:error, why}
      end
    end
  end

  @doc "Closes the log; gives back what was reserved of one that was written."
  @spec close(t, :read | :write) :: :ok
  def close(log, mode \\ :read) do
    if mode == :write, do: cut(log)
    _ = :file.close(log.file)
    :ok
  end

  @doc "Reduces the terms once more, from the start."
  @spec read(t, acc, ([term], acc -> acc)) ::
          {:ok, t, acc} | {:error, File.posix() | :not_a_journal}
        when acc: term
  def read(log, acc, fun) do
    case :file.pread(log.file, 0, byte_size(@head)) do
      {:ok, @head} ->
        frames(log, byte_size(@head), "", byte_size(@head), acc, fun)

      :eof ->
        {:ok, %{log | ends_at: 0}, acc}

      # Cut off within its first line.
      {:ok, start} ->
        if String.starts_with?(@head, start), do: {:ok, log, acc}, else: {:error, :not_a_journal}

      {:error, posix} ->
        {:error, posix}
    end
  end

  # `at` is where `rest` begins, `ends_at` where the last whole frame ended.
  defp frames(log, at, rest, ends_at, acc, fun) do
    case :file.pread(log.file, at + byte_size(rest), @block) do
      {:ok, block} ->
        {rest, at, ends_at, acc} = split(rest <> block, at, ends_at, acc, fun)
        frames(log, at, rest, ends_at, acc, fun)

      # What looks like the beginning of a frame may hide whole ones behind it.
      :eof when byte_size(rest) > byte_size(@marker) ->
        {rest, at, ends_at, acc} = rest |> skip(at) |> resume(ends_at, acc, fun)
        frames(log, at, rest, ends_at, acc, fun)

      :eof ->
        {:ok, %{log | ends_at: ends_at}, acc}

      {:error, posix} ->
        {:error, posix}
    end
  end

  defp resume({rest, at}, ends_at, acc, fun), do: split(rest, at, ends_at, acc, fun)

  defp split(
         <<@marker, size::32, crc::32, payload::binary-size(size), rest::binary>> = all,
         at,
         ends_at,
         acc,
         fun
       )
       when size <= @largest do
    case terms(payload, crc) do
      {:ok, terms} -> split(rest, at + 12 + size, at + 12 + size, fun.(terms, acc), fun)
      :damaged -> all |> skip(at) |> resume(ends_at, acc, fun)
    end
  end

  # Not all of it was read yet.
  defp split(<<@marker, size::32, _rest::binary>> = all, at, ends_at, acc, _fun)
       when size <= @largest,
       do: {all, at, ends_at, acc}

  defp split(rest, at, ends_at, acc, _fun) when byte_size(rest) <= 8, do: {rest, at, ends_at, acc}
  defp split(rest, at, ends_at, acc, fun), do: rest |> skip(at) |> resume(ends_at, acc, fun)

  # To the next marker behind the first byte, or what may be the start of one.
  defp skip(bytes, at) do
    case :binary.match(bytes, @marker, scope: {1, byte_size(bytes) - 1}) do
      {skipped, _length} ->
        {binary_part(bytes, skipped, byte_size(bytes) - skipped), at + skipped}

      :nomatch ->
        kept = min(byte_size(@marker) - 1, byte_size(bytes) - 1)
        skipped = byte_size(bytes) - kept
        {binary_part(bytes, skipped, kept), at + skipped}
    end
  end

  defp terms(payload, crc) do
    if :erlang.crc32(payload) == crc,
      do: {:ok, :erlang.binary_to_term(payload, [:safe])},
      else: :damaged
  rescue
    ArgumentError -> :damaged
  end

  defp prepare(log, :read), do: {:ok, log}
  defp prepare(%{ends_at: 0} = log, :write), do: write(log, @head)

  defp prepare(log, :write) do
    with :ok <- cut(log), do: {:ok, log}
  end

  @doc """
  Appends a frame, which outlives this process from then on; what outlives the system is said by `sync/1`. After an error the log is
  as it was.
  """
  @spec append(t, [term]) :: {:ok, t} | {:error, File.posix()}
  def append(log, []), do: {:ok, log}

  def append(log, terms) do
    payload = :erlang.term_to_binary(terms)
    write(log, [@marker, <<byte_size(payload)::32, :erlang.crc32(payload)::32>>, payload])
  end

  @doc "Takes room on the disk for frames of so many bytes that will be appended, where the file system can."
  @spec reserve(t, non_neg_integer) :: :ok | {:error, File.posix()}
  def reserve(_log, 0), do: :ok

  def reserve(log, bytes) do
    case :file.allocate(log.file, log.ends_at, bytes) do
      {:error, posix} when posix in [:enospc, :edquot, :eio, :erofs, :efbig] -> {:error, posix}
      _taken_or_not_known -> :ok
    end
  end

  @doc "Returns when all that was appended is on the disk."
  @spec sync(t) :: :ok | {:error, File.posix()}
  def sync(log), do: :file.datasync(log.file)

  defp write(log, bytes) do
    case :file.pwrite(log.file, log.ends_at, bytes) do
      :ok ->
        {:ok, %{log | ends_at: log.ends_at + IO.iodata_length(bytes)}}

      {:error, posix} ->
        _ = cut(log)
        {:error, posix}
    end
  end

  defp cut(log) do
    with {:ok, _at} <- :file.position(log.file, log.ends_at), do: :file.truncate(log.file)
  end

  @doc """
  Writes the log at `path` anew, with those terms of each frame that `keep` leaves, and opens it in place of `log`.

  Whenever this is cut off, the old log is there whole, or the new one is. The old one stays when the new one
  cannot be written.
  """
  @spec rewrite(t, Path.t(), acc, ([term], acc -> {[term], acc})) :: t when acc: term
  def rewrite(log, path, acc, keep) do
    new = path <> ".new"
    _ = :file.delete(new)

    with {:ok, target, nil} <- open(new, :write, nil, fn _terms, nil -> nil end),
         {:ok, target} <- copy(log, target, acc, keep),
         :ok <- sync(target),
         :ok <- :file.rename(new, path),
         :ok <- sync_folder(Path.dirname(path)) do
      close(log)
      target
    else
      {:error, _no_room} ->
        _ = :file.delete(new)
        log
    end
  end

  defp copy(log, target, acc, keep) do
    with {:ok, _log, {written, _acc}} <-
           read(log, {{:ok, target}, acc}, fn terms, {written, acc} ->
             {kept, acc} = keep.(terms, acc)
             {with({:ok, target} <- written, do: append(target, kept)), acc}
           end),
         do: written
  end

  # Else a power failure may bring the old file back, and what was written into the new one is lost.
  defp sync_folder(folder) do
    with {:ok, directory} <- :file.open(folder, [:read, :raw, :directory]) do
      synced = :file.sync(directory)
      _ = :file.close(directory)
      synced
    end
  end
end
