defmodule Thumbnailer.Instance.DeadlinesTest do
  # Decisions alone, see Thumbnailer.Decisions.
  use ExUnit.Case, async: true

  import Thumbnailer.Decisions

  alias Thumbnailer.Error
  alias Thumbnailer.Instance.{Deadlines, Dispatcher, Message, State}
  alias Thumbnailer.Request

  setup do
    {:ok, state: state(), up: up(state())}
  end

  test "a deadline costs one timer for all, and is kept", %{up: state} do
    state = state |> admit(1) |> admit(2) |> admit(3)
    assert [at] = for({:wake_at, at} <- state.effects, do: at)
    {_effects, state} = done(state)

    {effects, state} = %{state | now: at} |> Deadlines.check(at) |> done()
    assert [{3, {:error, %Error{reason: :timeout, message: message}}}] = told(effects)
    assert message == "the deadline passed before the request's turn came"

    # Those that the program holds have half a second more.
    assert [{:wake_at, later}] = for({:wake_at, _} = effect <- effects, do: effect)
    assert later == at + 500_000
    {effects, state} = %{state | now: later} |> Deadlines.check(later) |> done()
    assert [{1, {:error, %Error{reason: :timeout}}}, {2, _}] = Enum.sort(told(effects))
    assert [{:kill, _session}] = for({:kill, _} = effect <- effects, do: effect)
    assert %{state: :dying} = State.counts(state)
  end

  test "an earlier deadline is looked at earlier, and a timer in whose place another was set does nothing",
       %{up: state} do
    {_effects, state} = state |> admit(1) |> done()
    late = state.wake_at
    request = %Request{op: :make, timeout: 10, spec: %{}, source: {:bytes, ""}}
    {effects, state} = state |> Dispatcher.admit(Message.new(request), {self(), 2}, nil) |> done()
    assert {:wake_at, 10_000} in effects
    assert Deadlines.check(state, late) == state
  end

  test "many requests are looked at more rarely, so that this takes a small part of the time", %{
    up: state
  } do
    state =
      Enum.reduce(
        1..2_000,
        %{state | max_queue: 5_000, max_queue_bytes: 1_000_000},
        &admit(&2, &1)
      )

    at = state.wake_at

    entries =
      Map.new(state.queue.entries, fn {id, entry} -> {id, %{entry | deadline: at + id}} end)

    state = %{state | now: at, queue: %{state.queue | entries: entries}}
    assert Deadlines.check(state, at).wake_at == at + 2_000
  end
end
