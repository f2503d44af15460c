defmodule Thumbnailer.Protocol.FrameBuffer do
  @moduledoc false
  # Splits the output of a program into the frames of docs/protocol.md. Erlang's `{packet, 4}` would allocate any
  # announced length, up to 4 GiB, before the library can check it; this module checks a length before it keeps a byte
  # of the frame.

  @header 4

  @enforce_keys [:max]
  # Newest part first; `wanted` is the number of bytes of the next frame, including the header.
  defstruct [:max, parts: [], size: 0, wanted: @header]

  @type t :: %__MODULE__{
          max: pos_integer,
          parts: [binary],
          size: non_neg_integer,
          wanted: pos_integer
        }

  @doc "A buffer for frames of at most `max` bytes."
  @spec new(pos_integer) :: t
  def new(max), do: %__MODULE__{max: max}

  @doc """
  Adds bytes and returns all complete frames, or an error with the length of a frame that is too long.

      iex> {:ok, ["ab"], frames} = Thumbnailer.Protocol.FrameBuffer.push(Thumbnailer.Protocol.FrameBuffer.new(9), <<2::32, "ab", 1::32>>)
      iex> {:ok, frames, _} = Thumbnailer.Protocol.FrameBuffer.push(frames, "c")
      iex> frames
      ["c"]
      iex> Thumbnailer.Protocol.FrameBuffer.push(Thumbnailer.Protocol.FrameBuffer.new(9), <<10::32>>)
      {:error, 10}
  """
  @spec push(t, binary) :: {:ok, [binary], t} | {:error, non_neg_integer}
  # Nearly always one whole frame comes at a time.
  def push(
        %__MODULE__{size: 0, max: max} = frames,
        <<length::32, frame::binary-size(length)>> = _bytes
      )
      when length <= max,
      do: {:ok, [copy_if_shared(frame)], frames}

  def push(%__MODULE__{} = frames, bytes) do
    frames = %{frames | parts: [bytes | frames.parts], size: frames.size + byte_size(bytes)}

    # Joined once for each frame, however many parts it comes in.
    if frames.size < frames.wanted,
      do: {:ok, [], frames},
      else: frames.parts |> Enum.reverse() |> IO.iodata_to_binary() |> split(frames, [])
  end

  defp split(<<length::32, _rest::binary>>, %{max: max}, _done) when length > max,
    do: {:error, length}

  defp split(<<length::32, frame::binary-size(length), rest::binary>>, frames, done),
    do: split(rest, frames, [copy_if_shared(frame) | done])

  defp split(<<length::32, _part::binary>> = rest, frames, done),
    do: keep(rest, @header + length, frames, done)

  defp split(rest, frames, done), do: keep(rest, @header, frames, done)

  # Copied, because a small thumbnail would otherwise keep the large binary alive that it is a part of.
  defp copy_if_shared(frame) do
    if :binary.referenced_byte_size(frame) > 2 * byte_size(frame),
      do: :binary.copy(frame),
      else: frame
  end

  defp keep(rest, wanted, frames, done) do
    {:ok, Enum.reverse(done), %{frames | parts: [rest], size: byte_size(rest), wanted: wanted}}
  end
end
