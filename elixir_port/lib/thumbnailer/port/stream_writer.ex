defmodule Thumbnailer.Port.StreamWriter do
  @moduledoc false
  # How a streamed source goes from its caller to the program, one chunk at a time: the next one is taken from the stream when
  # the program has taken the last.

  # Each chunk costs a round trip, and a stream has one under way.
  @chunk_size 65_536

  # More than the rest of a chunk's frame takes.
  @frame_overhead 64

  @doc "How large a chunk may be, from the limits in the program's hello."
  @spec chunk_size(%{max_request_bytes: pos_integer}) :: pos_integer
  def chunk_size(%{max_request_bytes: max_request_bytes}),
    do: max(min(@chunk_size, max_request_bytes - @frame_overhead), 1)

  @doc """
  Writes the stream with `write`, up to its end or until that says that nobody wants the rest.

      iex> write = fn chunk -> if chunk == "cd", do: {:halt, :enough}, else: :cont end
      iex> Thumbnailer.Port.StreamWriter.write_all(["ab", "cd", "ef"], 2, write)
      {:halt, :enough}
  """
  @spec write_all(Enumerable.t(), pos_integer, (binary -> :cont | halt)) :: :cont | halt
        when halt: {:halt, term}
  def write_all(stream, size, write) do
    stream
    |> chunks(size)
    |> Enum.reduce_while(:cont, fn chunk, :cont ->
      case write.(chunk) do
        :cont -> {:cont, :cont}
        {:halt, _why} = halt -> {:halt, halt}
      end
    end)
  end

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

  defp gather(bytes, {held, count}, size) when is_binary(bytes) do
    case count + byte_size(bytes) do
      enough when enough >= size -> {:cont, join(held, bytes), {[], 0}}
      less -> {:cont, {[held, bytes], less}}
    end
  end

  defp gather(other, _held, _size) do
    raise ArgumentError,
          "a stream that is a source must yield binaries, got: " <> inspect(other, limit: 5)
  end

  defp rest({_held, 0}), do: {:cont, nil}
  defp rest({held, _count}), do: {:cont, IO.iodata_to_binary(held), nil}

  # Alone it is passed on without a copy.
  defp join([], bytes), do: bytes
  defp join(held, bytes), do: IO.iodata_to_binary([held, bytes])

  defp cut(bytes, size) when byte_size(bytes) <= size, do: [bytes]

  defp cut(bytes, size) do
    <<chunk::binary-size(size), rest::binary>> = bytes
    [chunk | cut(rest, size)]
  end
end
