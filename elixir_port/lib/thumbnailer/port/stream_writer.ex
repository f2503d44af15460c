defmodule Thumbnailer.Port.StreamWriter do
  @moduledoc false
  # The way of a streamed source from its caller to the program, one piece at a time: the next one is taken from the
  # stream when the program has taken the last. It goes past the server, which only hears of its begin and its end.

  alias Thumbnailer.Port.Server

  @enforce_keys [:port, :session, :id, :token, :piece]
  defstruct [:port, :session, :id, :token, :piece]

  @type t :: %__MODULE__{
          port: pid,
          session: port,
          id: pos_integer,
          # what proves to the server that this is the request's caller
          token: reference,
          # bytes
          piece: pos_integer
        }

  # Each piece costs a round trip, and a stream has one under way.
  @piece 65_536

  # More than the rest of a chunk's frame takes.
  @around 64

  @doc "How large a piece may be, from the limits in the program's hello."
  @spec piece(%{max_frame: pos_integer}) :: pos_integer
  def piece(%{max_frame: max_frame}), do: max(min(@piece, max_frame - @around), 1)

  @doc """
  Sends the stream to the program, up to its end or until nobody wants the rest.

  Whatever the stream raises, throws or exits with goes on to the caller, after `drop` was called.
  """
  @spec pour(t, Enumerable.t(), (() -> any)) :: :ok | :gone
  def pour(feed, stream, drop) do
    poured =
      stream
      |> pieces(feed.piece)
      |> Enum.reduce_while(:ok, fn piece, :ok ->
        case send_piece(feed, piece) do
          :ok -> {:cont, :ok}
          :gone -> {:halt, :gone}
        end
      end)

    with :ok <- poured, do: send_piece(feed, :eof)
  catch
    kind, reason ->
      drop.()
      :erlang.raise(kind, reason, __STACKTRACE__)
  end

  defp send_piece(feed, piece), do: Server.chunk(feed.port, feed.session, feed.id, piece)

  @doc """
  The same bytes in binaries of about `size` and never more: small ones are joined, large ones are cut.

      iex> ["ab", "c", "defghij"] |> Thumbnailer.Port.StreamWriter.pieces(3) |> Enum.to_list()
      ["abc", "def", "ghi", "j"]
  """
  @spec pieces(Enumerable.t(), pos_integer) :: Enumerable.t()
  def pieces(stream, size) do
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
    <<piece::binary-size(size), rest::binary>> = bytes
    [piece | cut(rest, size)]
  end
end
