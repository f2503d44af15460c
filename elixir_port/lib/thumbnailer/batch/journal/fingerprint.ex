defmodule Thumbnailer.Batch.Journal.Fingerprint do
  @moduledoc false
  # What an input held when its thumbnails were made: size, time of change and hash. Decides whether it is the same
  # now, reading it only when size and time cannot tell.

  alias Thumbnailer.{Error, Source}

  @enforce_keys [:size, :mtime, :read_at]
  defstruct [:size, :mtime, :read_at, :hash]

  @typedoc "`mtime` and `read_at` are POSIX seconds; `hash` is nil until it is asked for."
  @type t :: %__MODULE__{
          size: non_neg_integer,
          mtime: integer,
          read_at: integer,
          hash: <<_::128>> | nil
        }

  # Bytes that are read at a time.
  @block 1_048_576

  @doc "What the file system says of the input; `info` is that, where it is known already."
  @spec stat(Path.t(), File.Stat.t() | nil) :: {:ok, t} | {:error, Error.t()}
  def stat(path, info \\ nil) do
    info_result = if info, do: {:ok, info}, else: info(path)

    with {:ok, %{size: size, mtime: mtime}} <- Source.regular(path, info_result),
         do: {:ok, %__MODULE__{size: size, mtime: mtime, read_at: System.os_time(:second)}}
  end

  @doc """
  As `File.stat/2` with POSIX seconds, but asks the system itself: the file server of the BEAM is one process, which
  all images of a finished run would queue for.
  """
  @spec info(Path.t()) :: {:ok, File.Stat.t()} | {:error, File.posix()}
  def info(path) do
    with {:ok, record} <- :file.read_file_info(path, [:raw, time: :posix]),
         do: {:ok, File.Stat.from_record(record)}
  end

  @doc "The same with the hash of all bytes, whose key is `key`."
  @spec hash(t, Path.t(), binary) :: {:ok, t} | {:error, Error.t()}
  def hash(%__MODULE__{hash: nil} = content, path, key) do
    case File.open(path, [:read, :raw, :binary], &digest(&1, key, <<0::128>>)) do
      {:ok, hash} when is_binary(hash) -> {:ok, %{content | hash: hash}}
      {:ok, {:error, posix}} -> {:error, Error.unreadable(path, posix)}
      {:error, posix} -> {:error, Error.unreadable(path, posix)}
    end
  end

  # GMAC runs at the speed of memory, ten times that of SHA-256; with a key that is drawn for each journal, two
  # contents meet in one hash by chance only once in 2^128. NIST SP 800-38D.
  defp digest(file, key, hash) do
    case :file.read(file, @block) do
      {:ok, block} ->
        sealed =
          :crypto.crypto_one_time_aead(:aes_256_gcm, key, <<0::96>>, "", [hash, block], true)

        hash = elem(sealed, 1)
        # Less than was asked for is the end of it.
        if byte_size(block) < @block, do: hash, else: digest(file, key, hash)

      :eof ->
        hash

      {:error, posix} ->
        {:error, posix}
    end
  end

  @doc """
  Whether the input is what it was: the same size, and the same time or the same bytes.

  A time of change that is not older than the reading proves nothing, as times have whole seconds.
  """
  @spec same?(t, t, Path.t(), binary) :: boolean
  def same?(%{size: size} = then, %{size: size} = now, path, key) do
    (then.mtime == now.mtime and then.mtime < then.read_at) or
      match?({:ok, %{hash: hash}} when hash == then.hash, hash(now, path, key))
  end

  def same?(_then, _now, _path, _key), do: false
end
