defmodule Thumbnailer.Dispatcher.Answers do
  @moduledoc false
  # Ends requests: each is answered exactly once, taken from the queue and counted.

  alias Thumbnailer.{Entry, Error, Feeds, Queue}
  alias Thumbnailer.Dispatcher.State

  @type outcome :: {:ok, map} | {:error, Error.t()}

  @doc "As `finish/3`, for several that end alike."
  @spec finish_all(State.t(), [Entry.t()], outcome) :: State.t()
  def finish_all(state, entries, outcome),
    do: Enum.reduce(entries, state, &finish(&2, &1, outcome))

  @doc "Answers a request."
  @spec finish(State.t(), Entry.t(), outcome) :: State.t()
  def finish(state, entry, outcome) do
    {_entry, queue} = Queue.take(state.queue, entry.id)

    state = State.answered(%{state | queue: queue}, entry, outcome)

    case Feeds.answer(state.feeds, entry.id, outcome) do
      :not_fed ->
        Entry.answer(entry, outcome)
        state

      # Whoever still feeds it comes for the answer later.
      {:kept, feeds} ->
        Entry.stop_clock(entry)
        %{state | feeds: feeds}
    end
  end
end
