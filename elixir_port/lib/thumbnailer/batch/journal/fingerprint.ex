defmodule Thumbnailer.Batch.Journal.Fingerprint do
  @moduledoc false
  # What an input held when its thumbnails were made: size, time of change and authenticator. Decides whether it is the same
  # now, reading it only when size and time cannot tell.
  #
  # The authenticator is Poly1305 (RFC 8439, 2.5) with a random key of its own, which lies beside its tag. Whoever does not know
  # the key makes another file of 10 MB with the same tag with a chance of 2^-83. It takes a seventh of the time of BLAKE2b,
  # which was a sixth of that of a whole batch of photos.

  alias Thumbnailer.OS.RawPath
  alias Thumbnailer.{Error, Source}

  @enforce_keys [:size, :mtime, :read_at]
  defstruct [:size, :mtime, :read_at, :mac]

  @typedoc "`mtime` and `read_at` are POSIX seconds; `mac`, a key of 32 bytes and its tag of 16, is nil until it is asked for."
  @type t :: %__MODULE__{
          size: non_neg_integer,
          mtime: integer,
          read_at: integer,
          mac: <<_::384>> | nil
        }

  # Bytes that are read at a time. The runtime's allocators give memory of 512 KiB and more back to the system each time, and each
  # of its pages is a fault in the next block.
  @block 480 * 1024

  # Bytes that are digested at a time: `:crypto` hands more than 20,000 to another thread, and waking that costs more than
  # digesting them.
  @piece 16_384

  @doc "What the file system says of the input."
  @spec stat(Path.t()) :: {:ok, t} | {:error, Error.t()}
  def stat(path) do
    with {:ok, %{size: size, mtime: mtime}} <- Source.regular(path, RawPath.stat(path)),
         do: {:ok, %__MODULE__{size: size, mtime: mtime, read_at: System.os_time(:second)}}
  end

  @doc "The same with an authenticator of all bytes."
  @spec authenticate(t, Path.t()) :: {:ok, t} | {:error, Error.t()}
  def authenticate(%__MODULE__{mac: nil} = content, path),
    do: authenticate(content, path, :crypto.strong_rand_bytes(32))

  def authenticate(content, _path), do: {:ok, content}

  defp authenticate(content, path, key) do
    with {:ok, file} <- :file.open(path, [:read, :raw, :binary]) do
      digested = digest(file, :crypto.mac_init(:poly1305, key))
      _ = :file.close(file)
      digested
    end
    |> case do
      {:ok, tag} -> {:ok, %{content | mac: key <> tag}}
      {:error, posix} -> {:error, Error.unreadable(path, posix)}
    end
  end

  defp digest(file, state) do
    case :file.read(file, @block) do
      {:ok, block} when byte_size(block) < @block ->
        {:ok, :crypto.mac_final(update(state, block))}

      {:ok, block} ->
        digest(file, update(state, block))

      :eof ->
        {:ok, :crypto.mac_final(state)}

      {:error, posix} ->
        {:error, posix}
    end
  end

  defp update(state, <<piece::binary-size(@piece), rest::binary>>),
    do: state |> :crypto.mac_update(piece) |> update(rest)

  defp update(state, rest), do: :crypto.mac_update(state, rest)

  @doc """
  Whether the input is what it was: the same size, and the same time or the same bytes.

  A time of change that is not older than the reading proves nothing, as times have whole seconds. Yields the fingerprint of now,
  with its authenticator where that had to be made.
  """
  @spec compare(t, t, Path.t()) :: {:same | :changed, t}
  def compare(%{size: size} = then, %{size: size} = now, path) do
    if then.mtime == now.mtime and then.mtime < then.read_at,
      do: {:same, %{now | mac: then.mac}},
      else: compare_bytes(then, now, path)
  end

  def compare(_then, now, _path), do: {:changed, now}

  # With the key of then, so that the tags can be compared.
  defp compare_bytes(%{mac: <<key::binary-32, _tag::binary-16>> = mac}, now, path) do
    case authenticate(now, path, key) do
      {:ok, %{mac: ^mac} = now} -> {:same, now}
      {:ok, now} -> {:changed, now}
      {:error, _unreadable} -> {:changed, now}
    end
  end

  # Of a journal that has something else there.
  defp compare_bytes(_then, now, _path), do: {:changed, now}
end
