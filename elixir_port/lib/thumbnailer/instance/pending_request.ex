defmodule Thumbnailer.Instance.PendingRequest do
  @moduledoc false
  # One request that is not answered yet: who waits for it, and until when. Its owner, the server, gets
  # {:deadline, id} when it expires and {{:caller_down, id}, ...} when nobody waits for it any more.

  alias Thumbnailer.{Error, Request}

  @enforce_keys [:id, :request, :deadline]
  defstruct [
    :id,
    :request,
    :deadline,
    :received_at,
    :reply_to,
    :monitor,
    :timer,
    state: :waiting,
    retries: 0
  ]

  @type t :: %__MODULE__{
          id: pos_integer,
          request: Request.t(),
          # monotonic time in milliseconds
          deadline: integer,
          # monotonic time in microseconds
          received_at: integer,
          # nil once the caller is gone
          reply_to: GenServer.from() | nil,
          monitor: reference | nil,
          timer: reference | nil,
          # overdue: sent and past its deadline; the program is killed unless it answers soon
          state: :waiting | :sent | :overdue,
          # how often it may still be sent again
          retries: non_neg_integer
        }

  @doc "A request that `from` waits for, at most `timeout` milliseconds from now."
  @spec new(pos_integer, Request.t(), GenServer.from(), pos_integer, non_neg_integer) :: t
  def new(id, request, {caller, _tag} = from, timeout, retries \\ 0) do
    %__MODULE__{
      id: id,
      request: request,
      deadline: now() + timeout,
      received_at: System.monotonic_time(:microsecond),
      reply_to: from,
      monitor: :erlang.monitor(:process, caller, tag: {:caller_down, id}),
      timer: start_timer(id, timeout),
      retries: retries
    }
  end

  @doc "The milliseconds that are left, at least one."
  @spec time_left(t) :: pos_integer
  def time_left(entry), do: max(entry.deadline - now(), 1)

  @doc "The microseconds since it came."
  @spec age(t) :: non_neg_integer
  def age(entry), do: System.monotonic_time(:microsecond) - entry.received_at

  @doc "A sent request whose deadline has passed; the program has `grace` milliseconds more to answer."
  @spec overdue(t, pos_integer) :: t
  def overdue(%__MODULE__{state: :sent} = entry, grace),
    do: %{entry | state: :overdue, timer: start_timer(entry.id, grace)}

  @doc "Sent; its caller writes the source with `writer` and asks for the answer afterwards."
  @spec start_stream(t, Thumbnailer.Port.StreamWriter.t()) :: t
  def start_stream(entry, writer) do
    GenServer.reply(entry.reply_to, {:stream, writer})
    %{entry | state: :sent, reply_to: nil}
  end

  @doc "Ends the watch over the deadline; that over the caller goes on."
  @spec cancel_timer(t) :: :ok
  def cancel_timer(entry) do
    _ = Process.cancel_timer(entry.timer, async: true, info: false)
    :ok
  end

  @doc "Nobody waits for it any more."
  @spec abandon(t) :: t
  def abandon(entry), do: %{entry | reply_to: nil}

  @doc "Tells the caller, if there is one still, and ends the watch."
  @spec answer(t, {:ok, map} | {:error, Error.t()}) :: :ok
  def answer(entry, outcome) do
    close(entry)
    if entry.reply_to, do: GenServer.reply(entry.reply_to, outcome), else: :ok
  end

  @doc "Ends the watch over the caller and the deadline."
  @spec close(t) :: :ok
  def close(entry) do
    Process.demonitor(entry.monitor, [:flush])
    cancel_timer(entry)
  end

  defp start_timer(id, milliseconds),
    do: Process.send_after(self(), {:deadline, id}, milliseconds)

  defp now, do: System.monotonic_time(:millisecond)
end
