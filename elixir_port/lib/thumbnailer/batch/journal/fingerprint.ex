defmodule Thumbnailer.Batch.Journal.Fingerprint do
  @moduledoc false
  # What an input held when its thumbnails were made: size, time of change and hash. Decides whether it is the same
  # now, reading it only when size and time cannot tell.

  alias Thumbnailer.Batch.Input.RawPath
  alias Thumbnailer.{Error, Source}

  @enforce_keys [:size, :mtime, :read_at]
  defstruct [:size, :mtime, :read_at, :hash]

  @typedoc "`mtime` and `read_at` are POSIX seconds; `hash` is nil until it is asked for."
  @type t :: %__MODULE__{
          size: non_neg_integer,
          mtime: integer,
          read_at: integer,
          hash: <<_::512>> | nil
        }

  # Bytes that are read at a time.
  @block 1_048_576

  @doc "What the file system says of the input."
  @spec stat(Path.t()) :: {:ok, t} | {:error, Error.t()}
  def stat(path) do
    with {:ok, %{size: size, mtime: mtime}} <- Source.regular(path, RawPath.stat(path)),
         do: {:ok, %__MODULE__{size: size, mtime: mtime, read_at: System.os_time(:second)}}
  end

  @doc "The same with the BLAKE2b hash of all bytes (RFC 7693)."
  @spec hash(t, Path.t()) :: {:ok, t} | {:error, Error.t()}
  def hash(%__MODULE__{hash: nil} = content, path) do
    with {:ok, file} <- :file.open(path, [:read, :raw, :binary]) do
      digested = digest(file, :crypto.hash_init(:blake2b))
      _ = :file.close(file)
      digested
    end
    |> case do
      {:ok, hash} -> {:ok, %{content | hash: hash}}
      {:error, posix} -> {:error, Error.unreadable(path, posix)}
    end
  end

  def hash(content, _path), do: {:ok, content}

  defp digest(file, state) do
    case :file.read(file, @block) do
      {:ok, block} -> digest(file, :crypto.hash_update(state, block))
      :eof -> {:ok, :crypto.hash_final(state)}
      {:error, posix} -> {:error, posix}
    end
  end

  @doc """
  Whether the input is what it was: the same size, and the same time or the same bytes.

  A time of change that is not older than the reading proves nothing, as times have whole seconds. Yields the fingerprint of now,
  with its hash where that had to be made.
  """
  @spec compare(t, t, Path.t()) :: {:same | :changed, t}
  def compare(%{size: size} = then, %{size: size} = now, path) do
    if then.mtime == now.mtime and then.mtime < then.read_at,
      do: {:same, %{now | hash: then.hash}},
      else: compare_bytes(then, now, path)
  end

  def compare(_then, now, _path), do: {:changed, now}

  defp compare_bytes(then, now, path) do
    case hash(now, path) do
      {:ok, %{hash: hash} = now} -> {if(hash == then.hash, do: :same, else: :changed), now}
      {:error, _unreadable} -> {:changed, now}
    end
  end
end
