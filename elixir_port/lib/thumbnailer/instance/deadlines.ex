defmodule Thumbnailer.Instance.Deadlines do
  @moduledoc false
  # The deadlines of all requests are looked at together, with one timer for the earliest: a timer for each would have to be set
  # and cancelled, and nearly all requests are answered long before. The more there are, the later they are looked at again,
  # a microsecond for each, so that this takes a small part of the time.

  alias Thumbnailer.Instance.{Recovery, State}

  @doc "Ends the requests whose time is over; `wake_at` is when they were to be looked at."
  @spec check(State.t(), integer) :: State.t()
  def check(%{wake_at: wake_at, now: now} = state, wake_at) do
    state =
      for(
        {_id, %{deadline: at} = entry} <- state.queue.entries,
        at <= now,
        entry.state != :answered,
        do: entry
      )
      |> Enum.sort_by(& &1.id)
      |> Enum.reduce(%{state | wake_at: nil}, &Recovery.deadline_passed(&2, &1))

    entries = state.queue.entries
    # In the order of terms a number is less than nil.
    first =
      for {_id, %{state: s, deadline: at}} when s != :answered <- entries,
          reduce: nil,
          do: (first -> min(first, at))

    if first, do: wake_at(state, max(first, now + map_size(entries))), else: state
  end

  # Of a timer in whose place an earlier one was set.
  def check(state, _old), do: state

  @doc "A deadline that is to be kept."
  @spec wake_at(State.t(), integer) :: State.t()
  # In the order of terms a number is less than nil.
  def wake_at(%{wake_at: wake_at} = state, at) when at < wake_at,
    do: State.effect(%{state | wake_at: at}, {:wake_at, at})

  def wake_at(state, _later), do: state
end
