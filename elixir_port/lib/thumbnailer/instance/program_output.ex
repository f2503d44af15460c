defmodule Thumbnailer.Instance.ProgramOutput do
  @moduledoc false
  # What follows from what the program says, and from its start and its end.

  alias Thumbnailer.Instance.{Dispatcher, PendingRequest, Queue, Recovery, Replies, State}
  alias Thumbnailer.Port.{Lifecycle, Output}
  alias Thumbnailer.Protocol.Codec
  alias Thumbnailer.Request

  # Milliseconds that a program has for a step that an earlier one has taken.
  @step_timeout 5_000

  @doc "The program was started, or could not be."
  @spec started(State.t(), {:ok, Lifecycle.session_info()} | {:error | :busy, String.t()}) ::
          State.t()
  def started(state, {:ok, _session} = result),
    do: State.program(state, Lifecycle.started(state.program, result, state.now))

  def started(state, failed),
    do: Recovery.program_down(state, &Lifecycle.started(&1, failed, state.now))

  @doc "The program has sent bytes."
  @spec data(State.t(), binary) :: State.t()
  def data(state, bytes) do
    case Output.read(state.program, bytes) do
      {:ok, frames, program} ->
        frames
        |> Enum.reduce(with_program(state, program), &frame(&2, &1))
        |> Dispatcher.dispatch()

      {:error, why} ->
        Recovery.kill_program(state, :bad_reply, why)
    end
  end

  # Nothing of it has changed when whole frames came.
  defp with_program(%{program: program} = state, program), do: state
  defp with_program(state, program), do: %{state | program: program}

  defp frame(%{program: %{kill_reason: {:bad_reply, _why, _permanent?}}} = state, _frame),
    do: state

  defp frame(state, frame) do
    case Output.decode(state.program, frame) do
      {:reply, id, outcome} ->
        reply(state, id, outcome, frame)

      {:event, name, map} ->
        State.program(state, Lifecycle.event(state.program, name, map, state.now))

      {:hello, hello} ->
        state |> State.program(Lifecycle.up(state.program, hello, state.now)) |> add_steps()

      {:error, why} ->
        Recovery.kill_program(state, :bad_reply, why, state.program.state == :starting)
    end
  end

  # What is sent after these waits in the program until it has the steps.
  defp add_steps(state) do
    Enum.reduce(state.steps, %{state | adding: MapSet.new()}, fn {_name, loaded}, state ->
      id = state.next_ping
      frame = Codec.request(id, Request.add_step(loaded), @step_timeout)
      state = State.effect(state, {:write, state.program.session, frame})
      %{state | next_ping: id + 1, adding: MapSet.put(state.adding, id)}
    end)
  end

  defp reply(%{adding: adding} = state, id, outcome, frame) do
    if MapSet.member?(adding, id),
      do: step_added(%{state | adding: MapSet.delete(adding, id)}, outcome),
      else: answer(state, id, outcome, frame)
  end

  defp step_added(state, {:ok, _step}), do: state

  # Requests that name it will be told that there is no such step.
  defp step_added(state, {:error, error}),
    do: State.effect(state, {:report, {:step_refused, error}})

  defp answer(%{pings: pings} = state, ping, _pong, _frame) when is_map_key(pings, ping) do
    {id, pings} = Map.pop!(pings, ping)
    state = %{state | pings: pings}

    case Queue.get(state.queue, id) do
      %{kind: :stream, reply_to: from} -> State.tell(state, from, :more)
      _answered -> state
    end
  end

  defp answer(state, id, outcome, frame) do
    case Queue.get(state.queue, id) do
      %PendingRequest{state: sent} = entry when sent != :waiting ->
        state |> answered() |> State.trace(:reply, id, frame) |> Replies.finish(entry, outcome)

      _unknown ->
        Recovery.kill_program(
          state,
          :bad_reply,
          "it answered request #{id}, which it does not hold"
        )
    end
  end

  defp answered(%{program: %{answered?: true}} = state), do: state
  defp answered(%{program: program} = state), do: %{state | program: %{program | answered?: true}}

  @doc "The program has ended, with an exit status."
  @spec exited(State.t(), non_neg_integer) :: State.t()
  def exited(%{queue: queue, now: now} = state, status),
    do: Recovery.program_down(state, &Lifecycle.exited(&1, status, queue.sent, now))

  @doc "The port of the program was closed."
  @spec closed(State.t(), term) :: State.t()
  def closed(%{queue: queue, now: now} = state, reason),
    do: Recovery.program_down(state, &Lifecycle.closed(&1, reason, queue.sent, now))

  @doc "The program was killed a while ago, and is not heard of."
  @spec force_close(State.t()) :: State.t()
  def force_close(%{queue: queue, now: now} = state),
    do: Recovery.program_down(state, &Lifecycle.force_close(&1, queue.sent, now))
end
