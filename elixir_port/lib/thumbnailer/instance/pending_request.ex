defmodule Thumbnailer.Instance.PendingRequest do
  @moduledoc false
  # One request that is not answered yet, or whose answer the program still owes: who waits for it, and until when. Pure data.

  alias Thumbnailer.Instance.Message

  @enforce_keys [:id, :op, :kind, :body, :deadline]
  defstruct [
    :id,
    :op,
    :kind,
    :body,
    :deadline,
    :received_at,
    :sent_at,
    :reply_to,
    :caller,
    :monitor,
    bytes: 0,
    state: :waiting,
    retries: 0,
    streamed?: false
  ]

  @typedoc "Who waits, and the reference that the answer is tagged with; an alias of that process."
  @type from :: {pid, reference}

  @type t :: %__MODULE__{
          id: pos_integer,
          op: :make | :probe | :info | :stats | :ping,
          # :stream while its source is on its way, :image once that has arrived
          kind: :question | :image | :stream,
          body: Thumbnailer.Protocol.Codec.body(),
          # of the body
          bytes: non_neg_integer,
          # microseconds of the monotonic clock
          deadline: integer,
          received_at: integer,
          # nil while it waits
          sent_at: integer | nil,
          # nil once the caller is gone or was answered
          reply_to: from | nil,
          # whose turn it takes in its line
          caller: pid,
          # of the process that waits; nil for questions, which keep no worker from others
          monitor: reference | nil,
          # overdue: sent, past its deadline, and about to have the program killed; answered: sent, and nobody waits for
          # what the program will say
          state: :waiting | :sent | :overdue | :answered,
          # how often it may still be sent again
          retries: non_neg_integer,
          streamed?: boolean
        }

  @doc "A request that `from` waits for, watched by `monitor`, at most `timeout` milliseconds from `now`."
  @spec new(
          pos_integer,
          Message.t(),
          from,
          reference | nil,
          pos_integer,
          non_neg_integer,
          integer
        ) :: t
  def new(id, message, {waiting, _ref} = from, monitor, timeout, retries, now) do
    %__MODULE__{
      id: id,
      op: message.op,
      kind: message.kind,
      body: message.body,
      bytes: message.bytes,
      deadline: now + 1_000 * timeout,
      received_at: now,
      reply_to: from,
      caller: message.caller || waiting,
      monitor: monitor,
      retries: retries,
      streamed?: message.kind == :stream
    }
  end

  @doc "The milliseconds that are left, at least one."
  @spec time_left(t, integer) :: pos_integer
  def time_left(%{deadline: deadline}, now), do: max(div(deadline - now, 1_000), 1)

  @doc "The request on its way to the program."
  @spec sent(t, integer) :: t
  def sent(entry, now), do: %{entry | sent_at: now}

  @doc "The answer, with how long the request waited here and how long the program had it, in microseconds."
  @spec put_times({:ok, map} | {:error, Thumbnailer.Error.t()}, t, integer) ::
          {:ok, map} | {:error, Thumbnailer.Error.t()}
  def put_times({:ok, answer}, %{op: op, sent_at: sent_at} = entry, now)
      when op in [:make, :probe] and sent_at != nil do
    times = %{queue: sent_at - entry.received_at, work: now - sent_at}
    {:ok, Map.put(answer, :times, times)}
  end

  def put_times(outcome, _entry, _now), do: outcome

  @doc "Gives a request that was sent `grace` milliseconds more."
  @spec overdue(t, pos_integer) :: t
  def overdue(%{state: :sent} = entry, grace),
    do: %{entry | state: :overdue, deadline: entry.deadline + 1_000 * grace}

  @doc "The request as it waits for the next program, when the one that held it has ended and it may be sent again."
  @spec retry(t) :: {:ok, t} | :error
  # Of a stream there is nothing left to send.
  def retry(%{state: :sent, retries: retries, reply_to: from, streamed?: false} = entry)
      when retries > 0 and from != nil,
      do: {:ok, %{entry | state: :waiting, retries: retries - 1}}

  def retry(_entry), do: :error
end
