defmodule Thumbnailer.Instance.Replies do
  @moduledoc false
  # Ends requests: each is answered exactly once, taken from the queue and counted.

  alias Thumbnailer.Instance.{PendingRequest, Queue, State}

  @doc "Answers a request, which is at its end."
  @spec finish(State.t(), PendingRequest.t(), State.outcome()) :: State.t()
  def finish(state, %{state: :answered} = entry, _outcome) do
    {_entry, queue} = Queue.take(state.queue, entry.id)
    %{state | queue: queue}
  end

  # A question that is answered, in one step: the state is copied once.
  def finish(
        state,
        %{kind: :question, state: :sent, reply_to: from} = entry,
        {:ok, _answer} = outcome
      ) do
    queue = Queue.remove(state.queue, entry)
    effects = [{:reply, from, outcome} | state.effects]
    %{state | queue: queue, served: state.served + 1, effects: effects}
  end

  def finish(state, entry, outcome) do
    {_entry, queue} = Queue.take(state.queue, entry.id)
    outcome = PendingRequest.put_times(outcome, entry, state.now)

    %{state | queue: queue}
    |> State.answered(entry, outcome)
    |> State.tell(entry.reply_to, outcome)
    |> demonitor(entry.monitor)
  end

  @doc "As `finish/3`, for several that end alike."
  @spec finish_all(State.t(), [PendingRequest.t()], State.outcome()) :: State.t()
  def finish_all(state, entries, outcome),
    do: Enum.reduce(entries, state, &finish(&2, &1, outcome))

  @doc "Ends the watch over a caller, where there is one."
  @spec demonitor(State.t(), reference | nil) :: State.t()
  def demonitor(state, nil), do: state
  def demonitor(state, monitor), do: State.effect(state, {:demonitor, monitor})

  @doc """
  Answers a request that the program still holds: it owes an answer, and must not be taken for a liar when that comes.
  """
  @spec answer_early(State.t(), PendingRequest.t(), State.outcome()) :: State.t()
  def answer_early(state, %{state: :answered}, _outcome), do: state

  def answer_early(state, entry, outcome) do
    answered = %{entry | state: :answered, reply_to: nil, monitor: nil}

    %{state | queue: Queue.put(state.queue, answered)}
    |> State.answered(entry, outcome)
    |> State.tell(entry.reply_to, outcome)
    |> demonitor(entry.monitor)
  end
end
