defmodule Thumbnailer.Port.StreamWriter do
  @moduledoc false
  # The way of a streamed source from its caller to the program, one chunk at a time: the next one is taken from the
  # stream when the program has taken the last. It goes past the server, which only hears of its begin and its end.

  alias Thumbnailer.Port.Server

  @enforce_keys [:port, :session, :id, :monitor_ref, :chunk_size]
  defstruct [:port, :session, :id, :monitor_ref, :chunk_size]

  @type t :: %__MODULE__{
          port: pid,
          session: port,
          id: pos_integer,
          # what proves to the server that this is the request's caller
          monitor_ref: reference,
          # bytes
          chunk_size: pos_integer
        }

  # Each chunk costs a round trip, and a stream has one under way.
  @chunk_size 65_536

  # More than the rest of a chunk's frame takes.
  @frame_overhead 64

  @doc "How large a chunk may be, from the limits in the program's hello."
  @spec chunk_size(%{max_request_bytes: pos_integer}) :: pos_integer
  def chunk_size(%{max_request_bytes: max}), do: max(min(@chunk_size, max - @frame_overhead), 1)

  @doc """
  Sends the stream to the program, up to its end or until nobody wants the rest.

  Whatever the stream raises, throws or exits with goes on to the caller, after `drop` was called.
  """
  @spec write_all(t, Enumerable.t(), (() -> any)) :: :ok | :gone
  def write_all(writer, stream, drop) do
    written =
      stream
      |> chunks(writer.chunk_size)
      |> Enum.reduce_while(:ok, fn chunk, :ok ->
        case write_chunk(writer, chunk) do
          :ok -> {:cont, :ok}
          :gone -> {:halt, :gone}
        end
      end)

    with :ok <- written, do: write_chunk(writer, :eof)
  catch
    kind, reason ->
      drop.()
      :erlang.raise(kind, reason, __STACKTRACE__)
  end

  defp write_chunk(writer, chunk), do: Server.chunk(writer.port, writer.session, writer.id, chunk)

  @doc """
  The same bytes in binaries of about `size` and never more: small ones are joined, large ones are cut.

      iex> ["ab", "c", "defghij"] |> Thumbnailer.Port.StreamWriter.chunks(3) |> Enum.to_list()
      ["abc", "def", "ghi", "j"]
  """
  @spec chunks(Enumerable.t(), pos_integer) :: Enumerable.t()
  def chunks(stream, size) do
    stream
    |> Stream.chunk_while({[], 0}, &gather(&1, &2, size), &rest/1)
    |> Stream.flat_map(&cut(&1, size))
  end

  defp gather(bytes, {buffered, count}, size) when is_binary(bytes) do
    case count + byte_size(bytes) do
      enough when enough >= size -> {:cont, join(buffered, bytes), {[], 0}}
      less -> {:cont, {[buffered, bytes], less}}
    end
  end

  defp gather(other, _buffered, _size) do
    raise ArgumentError,
          "a stream that is a source must yield binaries, got: " <> inspect(other, limit: 5)
  end

  defp rest({_buffered, 0}), do: {:cont, nil}
  defp rest({buffered, _count}), do: {:cont, IO.iodata_to_binary(buffered), nil}

  # Alone it is passed on without a copy.
  defp join([], bytes), do: bytes
  defp join(buffered, bytes), do: IO.iodata_to_binary([buffered, bytes])

  defp cut(bytes, size) when byte_size(bytes) <= size, do: [bytes]

  defp cut(bytes, size) do
    <<chunk::binary-size(size), rest::binary>> = bytes
    [chunk | cut(rest, size)]
  end
end
