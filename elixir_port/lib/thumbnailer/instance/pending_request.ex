defmodule Thumbnailer.Instance.PendingRequest do
  @moduledoc false
  # One request that is not answered yet: who waits for it, and until when. Its owner, the server, gets
  # {:deadline, id} when it expires and {{:caller_down, id}, ...} when nobody waits for it any more.

  alias Thumbnailer.{Error, Request}

  @enforce_keys [:id, :request, :expires_at]
  defstruct [
    :id,
    :request,
    :expires_at,
    :came_at,
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
          expires_at: integer,
          # monotonic time in microseconds
          came_at: integer,
          # nil once the caller is gone
          reply_to: GenServer.from() | nil,
          monitor: reference | nil,
          timer: reference | nil,
          # overdue: sent, past its deadline, and about to cost the program its life
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
      expires_at: now() + timeout,
      came_at: System.monotonic_time(:microsecond),
      reply_to: from,
      monitor: :erlang.monitor(:process, caller, tag: {:caller_down, id}),
      timer: remind(id, timeout),
      retries: retries
    }
  end

  @doc "The milliseconds that are left, at least one."
  @spec time_left(t) :: pos_integer
  def time_left(entry), do: max(entry.expires_at - now(), 1)

  @doc "The microseconds since it came."
  @spec age(t) :: non_neg_integer
  def age(entry), do: System.monotonic_time(:microsecond) - entry.came_at

  @doc "Gives a request that was sent `grace` milliseconds more."
  @spec overdue(t, pos_integer) :: t
  def overdue(%__MODULE__{state: :sent} = entry, grace),
    do: %{entry | state: :overdue, timer: remind(entry.id, grace)}

  @doc "Sent; its caller is told how to feed it its source, and asks for the answer by itself afterwards."
  @spec feed(t, Thumbnailer.Port.StreamWriter.t()) :: t
  def feed(entry, feed) do
    GenServer.reply(entry.reply_to, {:feed, feed})
    %{entry | state: :sent, reply_to: nil}
  end

  @doc "Ends the watch over the deadline; that over the caller goes on."
  @spec stop_clock(t) :: :ok
  def stop_clock(entry) do
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
    stop_clock(entry)
  end

  defp remind(id, milliseconds), do: Process.send_after(self(), {:deadline, id}, milliseconds)
  defp now, do: System.monotonic_time(:millisecond)
end
