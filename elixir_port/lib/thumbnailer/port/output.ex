defmodule Thumbnailer.Port.Output do
  @moduledoc false
  # What a program has sent: bytes to frames, frames to what they say, by the state that its life cycle is in.

  alias Thumbnailer.Port.Lifecycle
  alias Thumbnailer.Protocol.{Codec, FrameBuffer}

  @doc "It has sent bytes: a part of a frame, or several."
  @spec read(Lifecycle.t(), binary) ::
          {:ok, [binary], Lifecycle.t()} | {:error, why :: String.t()}
  # Nothing that a program says after it broke the protocol can be trusted; one that is killed for its silence may still
  # have answers under way.
  def read(%{kill_reason: {:bad_reply, _why, _permanent?}} = life, _bytes), do: {:ok, [], life}

  def read(life, bytes) do
    case FrameBuffer.push(life.frames, bytes) do
      {:ok, frames, rest} when rest == life.frames -> {:ok, frames, life}
      {:ok, frames, rest} -> {:ok, frames, %{life | frames: rest}}
      {:error, length} -> {:error, too_long(length, life.max_reply_bytes)}
    end
  end

  defp too_long(length, max),
    do: "it announced a frame of #{length} bytes, over the #{max} that an answer may have"

  @doc "What a frame says."
  @spec decode(Lifecycle.t(), binary) ::
          {:hello, map} | {:reply, non_neg_integer, term} | {:event, atom, map} | {:error, term}
  # A program that cannot start says why before it ends.
  def decode(%{state: :starting}, frame) do
    with {:ok, {:event, :log, _line} = event} <- Codec.decode(frame) do
      event
    else
      _other ->
        case Codec.decode_hello(frame) do
          {:ok, hello} -> {:hello, hello}
          {:error, why} -> {:error, "it sent " <> why}
        end
    end
  end

  def decode(_life, frame) do
    case Codec.decode(frame) do
      {:ok, {:event, _name, _map} = event} -> event
      {:ok, {id, outcome}} -> {:reply, id, outcome}
      {:error, why} -> {:error, "it sent " <> why}
    end
  end
end
