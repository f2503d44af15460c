defmodule Thumbnailer.Instance.Queue do
  @moduledoc false
  # The requests of an instance: those that wait, each kind in a line of its own, so that sources which arrive slowly delay
  # nobody else; and those that were sent to the program and not answered by it. Pure data.

  alias Thumbnailer.Instance.{Line, PendingRequest}

  @type kind :: :question | :image | :stream

  @kinds [:question, :image, :stream]
  defstruct entries: %{},
            question: %Line{},
            image: %Line{},
            stream: %Line{},
            waiting: 0,
            waiting_bytes: 0,
            sent: 0,
            questions: 0,
            images: 0,
            streams: 0

  @type t :: %__MODULE__{
          entries: %{pos_integer => PendingRequest.t()},
          # the ids of requests that were taken out meanwhile are skipped
          question: Line.t(),
          image: Line.t(),
          stream: Line.t(),
          waiting: non_neg_integer,
          # of their sources and options
          waiting_bytes: non_neg_integer,
          sent: non_neg_integer,
          # what was sent, by kind
          questions: non_neg_integer,
          images: non_neg_integer,
          streams: non_neg_integer
        }

  @doc "The kinds, in the order in which they are given to the program."
  @spec kinds() :: [kind]
  def kinds, do: @kinds

  @doc "Lets a request wait, behind those of its kind and caller."
  @spec enqueue(t, PendingRequest.t()) :: t
  def enqueue(queue, %PendingRequest{kind: kind, caller: caller, id: id} = entry),
    do: queue |> Map.update!(kind, &Line.enqueue(&1, caller, id)) |> count_in(entry)

  defp count_in(queue, %PendingRequest{state: :waiting, id: id} = entry) do
    %{
      queue
      | entries: Map.put(queue.entries, id, entry),
        waiting: queue.waiting + 1,
        waiting_bytes: queue.waiting_bytes + entry.bytes
    }
  end

  @doc "The request of a kind whose turn it is, without taking it out."
  @spec peek(t, kind) :: {PendingRequest.t() | nil, t}
  def peek(queue, kind) do
    line = Map.fetch!(queue, kind)

    case Line.next(line) do
      nil ->
        {nil, queue}

      id ->
        case queue.entries do
          %{^id => %PendingRequest{state: :waiting} = entry} -> {entry, queue}
          _gone -> queue |> Map.put(kind, Line.drop(line, :gone)) |> peek(kind)
        end
    end
  end

  @doc "Marks the request whose turn it is as sent."
  @spec mark_sent(t, PendingRequest.t()) :: t
  def mark_sent(queue, %PendingRequest{state: :waiting, id: id, kind: kind} = entry) do
    %{
      Map.update!(queue, kind, &Line.drop(&1, :sent))
      | entries: Map.put(queue.entries, id, %{entry | state: :sent}),
        waiting: queue.waiting - 1,
        waiting_bytes: queue.waiting_bytes - entry.bytes
    }
    |> count(entry.kind, 1)
  end

  @doc "As `enqueue/2` and `mark_sent/2`, for a request that need not wait."
  @spec pass(t, PendingRequest.t()) :: t
  def pass(queue, %PendingRequest{id: id, kind: kind} = entry) do
    %{queue | entries: Map.put(queue.entries, id, %{entry | state: :sent})}
    |> count(kind, 1)
  end

  @doc "The source of a streamed request has arrived: it is like any other image now."
  @spec arrived(t, pos_integer) :: t
  def arrived(queue, id) do
    %{kind: :stream} = entry = Map.fetch!(queue.entries, id)

    %{queue | entries: Map.put(queue.entries, id, %{entry | kind: :image})}
    |> count(:stream, -1)
    |> count(:image, 1)
  end

  @doc "Puts requests that were sent back to the head of their lines, in their old order."
  @spec requeue(t, [PendingRequest.t()]) :: t
  def requeue(queue, entries) do
    entries
    |> Enum.sort_by(& &1.id, :desc)
    |> Enum.reduce(queue, fn %{id: id, kind: kind} = entry, queue ->
      {_sent, queue} = take(queue, id)
      queue |> Map.update!(kind, &Line.requeue(&1, [id])) |> count_in(entry)
    end)
  end

  @spec get(t, pos_integer) :: PendingRequest.t() | nil
  def get(queue, id), do: Map.get(queue.entries, id)

  @doc "Replaces what is known of a request; its place stays."
  @spec put(t, PendingRequest.t()) :: t
  def put(queue, %PendingRequest{id: id} = entry),
    do: %{queue | entries: Map.put(queue.entries, id, entry)}

  @spec take(t, pos_integer) :: {PendingRequest.t() | nil, t}
  def take(queue, id) do
    case queue.entries do
      %{^id => entry} -> {entry, remove(queue, entry)}
      _gone -> {nil, queue}
    end
  end

  @doc "Takes out a request that is there, as it is there."
  @spec remove(t, PendingRequest.t()) :: t
  def remove(queue, %{id: id} = entry),
    do: count_out(%{queue | entries: Map.delete(queue.entries, id)}, entry)

  defp count_out(queue, %{state: :waiting, bytes: bytes}),
    do: %{queue | waiting: queue.waiting - 1, waiting_bytes: queue.waiting_bytes - bytes}

  defp count_out(queue, %{kind: kind}),
    do: count(queue, kind, -1)

  # What the program holds.
  defp count(%{sent: sent} = queue, :image, n),
    do: %{queue | images: queue.images + n, sent: sent + n}

  defp count(%{sent: sent} = queue, :question, n),
    do: %{queue | questions: queue.questions + n, sent: sent + n}

  defp count(%{sent: sent} = queue, :stream, n),
    do: %{queue | streams: queue.streams + n, sent: sent + n}

  @spec all(t, :waiting | :sent) :: [PendingRequest.t()]
  def all(queue, :waiting), do: for({_id, %{state: :waiting} = entry} <- queue.entries, do: entry)

  def all(queue, :sent),
    do: for({_id, %{state: state} = entry} <- queue.entries, state != :waiting, do: entry)
end
