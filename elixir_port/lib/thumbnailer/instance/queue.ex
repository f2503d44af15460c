defmodule Thumbnailer.Instance.Queue do
  @moduledoc false
  # The requests of an instance that are not answered yet: those that wait, in their order, and those that
  # were sent to the port program. Pure data; the server does what it says.

  alias Thumbnailer.Instance.PendingRequest

  defstruct entries: %{}, order: :queue.new(), waiting: 0, sent: 0

  @type t :: %__MODULE__{
          entries: %{pos_integer => PendingRequest.t()},
          # ids; those of requests that were taken out meanwhile are skipped
          order: :queue.queue(pos_integer),
          waiting: non_neg_integer,
          sent: non_neg_integer
        }

  @spec enqueue(t, PendingRequest.t(), :head | :tail) :: t
  def enqueue(queue, %PendingRequest{state: :waiting, id: id} = entry, position) do
    order =
      if position == :head, do: :queue.in_r(id, queue.order), else: :queue.in(id, queue.order)

    %{put(queue, entry) | order: order, waiting: queue.waiting + 1}
  end

  @doc "The request whose turn it is, without taking it out."
  @spec peek(t) :: {PendingRequest.t(), t} | {nil, t}
  def peek(queue) do
    with {:value, id} <- :queue.peek(queue.order) do
      case queue.entries do
        %{^id => %PendingRequest{state: :waiting} = entry} -> {entry, queue}
        _gone -> peek(%{queue | order: :queue.drop(queue.order)})
      end
    else
      :empty -> {nil, queue}
    end
  end

  @doc "Marks the request whose turn it was as sent."
  @spec mark_sent(t, PendingRequest.t()) :: t
  def mark_sent(queue, %PendingRequest{state: :waiting} = entry) do
    queue = put(queue, %{entry | state: :sent})

    %{queue | order: :queue.drop(queue.order), waiting: queue.waiting - 1, sent: queue.sent + 1}
  end

  @doc "Puts requests that did not reach the program back to the head, in their order."
  @spec requeue(t, [PendingRequest.t()]) :: t
  def requeue(queue, entries) do
    entries
    |> Enum.sort_by(& &1.id, :desc)
    |> Enum.reduce(queue, fn entry, queue ->
      {_entry, queue} = take(queue, entry.id)
      enqueue(queue, %{entry | state: :waiting}, :head)
    end)
  end

  @spec get(t, pos_integer) :: PendingRequest.t() | nil
  def get(queue, id), do: Map.get(queue.entries, id)

  @doc "Replaces what is known of a request; its position stays."
  @spec put(t, PendingRequest.t()) :: t
  def put(queue, %PendingRequest{id: id} = entry),
    do: %{queue | entries: Map.put(queue.entries, id, entry)}

  @spec take(t, pos_integer) :: {PendingRequest.t() | nil, t}
  def take(queue, id) do
    {entry, entries} = Map.pop(queue.entries, id)
    {entry, decrement(%{queue | entries: entries}, entry)}
  end

  defp decrement(queue, nil), do: queue
  defp decrement(queue, %{state: :waiting}), do: %{queue | waiting: queue.waiting - 1}
  defp decrement(queue, _sent), do: %{queue | sent: queue.sent - 1}

  @spec all(t, :waiting | :sent) :: [PendingRequest.t()]
  def all(queue, :waiting), do: for({_id, %{state: :waiting} = entry} <- queue.entries, do: entry)

  def all(queue, :sent),
    do: for({_id, %{state: state} = entry} <- queue.entries, state != :waiting, do: entry)
end
