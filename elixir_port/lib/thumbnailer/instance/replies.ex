defmodule Thumbnailer.Instance.Replies do
  @moduledoc false
  # Ends requests: each is answered exactly once, taken from the queue and counted.

  alias Thumbnailer.Error
  alias Thumbnailer.Instance.{PendingRequest, Queue, State, StreamTable}

  @type outcome :: {:ok, map} | {:error, Error.t()}

  @doc "As `finish/3`, for several that end alike."
  @spec finish_all(State.t(), [PendingRequest.t()], outcome) :: State.t()
  def finish_all(state, entries, outcome),
    do: Enum.reduce(entries, state, &finish(&2, &1, outcome))

  @doc "Answers a request."
  @spec finish(State.t(), PendingRequest.t(), outcome) :: State.t()
  def finish(state, entry, outcome) do
    {_entry, queue} = Queue.take(state.queue, entry.id)

    state = State.answered(%{state | queue: queue}, entry, outcome)

    case StreamTable.answer(state.streams, entry.id, outcome) do
      :not_streamed ->
        PendingRequest.answer(entry, outcome)
        state

      # A caller that still writes the source comes for the answer later.
      {:kept, streams} ->
        PendingRequest.cancel_timer(entry)
        %{state | streams: streams}
    end
  end
end
