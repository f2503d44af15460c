defmodule Thumbnailer.Instance.Recovery do
  @moduledoc false
  # What becomes of requests when their program, their time or their caller is gone.

  alias Thumbnailer.Error
  alias Thumbnailer.Instance.{PendingRequest, Queue, Replies, State}
  alias Thumbnailer.Port.Lifecycle
  alias Thumbnailer.Protocol.Codec

  # The program keeps the deadline itself and answers; when it has not by so many milliseconds later, it is killed.
  @grace 500

  # -- the program

  @doc "The program has ended, as `ending` says, which takes it and yields it as it is then."
  @spec program_down(State.t(), (Lifecycle.t() -> {Lifecycle.t(), [Lifecycle.effect()]})) ::
          State.t()
  # What it held is lost, unless it may be sent to the next one and somebody waits for it.
  def program_down(state, ending) do
    {%{fault: error} = program, effects} = ending.(state.program)
    held = Queue.all(state.queue, :sent)

    {again, lost} =
      held
      |> Enum.map(&{PendingRequest.retry(&1), &1})
      |> Enum.split_with(&match?({{:ok, _}, _}, &1))

    held
    |> Enum.reduce(state, &State.trace(&2, :lost, &1.id, error.reason))
    |> Map.merge(%{restarts: state.restarts + 1, pings: %{}})
    |> State.program({program, effects})
    |> Replies.finish_all(Enum.map(lost, &elem(&1, 1)), {:error, error})
    |> Map.update!(:queue, &Queue.requeue(&1, for({{:ok, entry}, _sent} <- again, do: entry)))
    |> fail_waiting()
  end

  defp fail_waiting(%{program: %{permanent?: true} = program} = state) do
    waiting = Queue.all(state.queue, :waiting)
    Replies.finish_all(state, waiting, {:error, Lifecycle.unavailable(program)})
  end

  defp fail_waiting(state), do: state

  # -- the time

  @doc "The time of a request is over."
  @spec deadline_passed(State.t(), PendingRequest.t()) :: State.t()
  def deadline_passed(state, %{state: :waiting} = entry),
    do: Replies.finish(state, entry, {:error, timeout_error(state.program)})

  def deadline_passed(state, %{state: :sent} = entry),
    do: %{state | queue: Queue.put(state.queue, PendingRequest.overdue(entry, @grace))}

  def deadline_passed(state, %{state: :overdue} = entry) do
    why = "it did not answer a request within #{@grace} ms after its deadline"
    message = "the port program did not answer within the deadline and was killed"

    state
    |> Replies.finish(entry, {:error, Error.new(:timeout, message)})
    |> kill_program(:port_exited, why)
  end

  @doc "Kills a program that cannot be trusted any more."
  @spec kill_program(State.t(), Error.reason(), String.t(), boolean) :: State.t()
  def kill_program(state, reason, why, permanent? \\ false),
    do: State.program(state, Lifecycle.kill(state.program, reason, why, permanent?))

  @doc "The time for stopping is over: whoever waits still is told so."
  @spec abort(State.t()) :: State.t()
  def abort(state) do
    message = "the instance is stopping, and #{state.shutdown} ms (option :shutdown) were too few"
    outcome = {:error, Error.new(:unavailable, message)}
    state = Replies.finish_all(state, Queue.all(state.queue, :waiting), outcome)

    for(%{reply_to: from} = entry when from != nil <- Queue.all(state.queue, :sent), do: entry)
    |> Enum.reduce(state, &(&2 |> Replies.answer_early(&1, outcome) |> cancel(&1.id)))
  end

  defp timeout_error(%{state: :up}),
    do: Error.new(:timeout, "the deadline passed before the request's turn came")

  defp timeout_error(program), do: Lifecycle.unavailable(program)

  # -- the caller

  @doc "Nobody waits for the request any more."
  @spec caller_down(State.t(), pos_integer) :: State.t()
  def caller_down(state, id) do
    case Queue.get(state.queue, id) do
      nil ->
        state

      %{state: :waiting} ->
        {_entry, queue} = Queue.take(state.queue, id)
        %{state | queue: queue}

      # It counts as sent until the program has answered, which it does at once when it is cancelled.
      entry ->
        cancel(
          %{state | queue: Queue.put(state.queue, %{entry | reply_to: nil, monitor: nil})},
          id
        )
    end
  end

  @doc "The caller of a streamed request gives up, because its source broke off."
  @spec stream_failed(State.t(), pos_integer, reference) :: State.t()
  def stream_failed(state, id, ref) do
    case Queue.get(state.queue, id) do
      %{reply_to: {_pid, ^ref}, monitor: monitor} ->
        state |> State.effect({:demonitor, monitor}) |> caller_down(id)

      _answered ->
        state
    end
  end

  @doc "Tells the program that nobody wants the answer."
  @spec cancel(State.t(), pos_integer) :: State.t()
  def cancel(%{program: %{session: session}} = state, id) when session != nil,
    do: State.effect(state, {:write, session, Codec.cancel(id)})

  def cancel(state, _id), do: state
end
