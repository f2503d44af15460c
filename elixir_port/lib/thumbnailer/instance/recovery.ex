defmodule Thumbnailer.Instance.Recovery do
  @moduledoc false
  # What becomes of requests when their program, their time or their caller is gone.

  alias Thumbnailer.{Error, OS}
  alias Thumbnailer.Instance.{PendingRequest, ProgramStatus, Queue, Replies, State}

  # The program keeps the deadline itself and answers; this is how much later its silence costs it its life.
  @grace 500

  @doc "The program is gone; `held` are the ids of the requests that it had read, or may have."
  @spec program_down(State.t(), Error.t(), MapSet.t(pos_integer), boolean) :: State.t()
  # Requests that the dead program never read can wait for the next one, and others may, if somebody waits for them.
  def program_down(state, error, held, permanent?) do
    {again, lost} =
      state.queue
      |> Queue.all(:sent)
      |> Enum.map(&if(&1.id in held, do: spend_retry(&1), else: &1))
      |> Enum.split_with(&again?/1)

    program = %ProgramStatus{state: :down, fault: error, permanent?: permanent?}

    %{state | program: program, restarts: state.restarts + 1}
    |> Replies.finish_all(lost, {:error, error})
    |> Map.update!(:queue, &Queue.return(&1, again))
    |> give_up_waiting()
  end

  # Of a stream there is nothing left to send.
  defp again?(%{request: %{source: :stream}}), do: false
  defp again?(entry), do: entry.retries >= 0 and entry.state == :sent and entry.reply_to != nil

  defp spend_retry(entry), do: %{entry | retries: entry.retries - 1}

  defp give_up_waiting(%{program: %{permanent?: true} = program} = state),
    do:
      Replies.finish_all(
        state,
        Queue.all(state.queue, :waiting),
        {:error, ProgramStatus.unavailable(program)}
      )

  defp give_up_waiting(state), do: state

  @doc "The time of a request is over."
  @spec late(State.t(), PendingRequest.t() | nil) :: State.t()
  def late(state, nil), do: state

  def late(state, %{state: :waiting} = entry),
    do: Replies.finish(state, entry, {:error, too_late(state.program)})

  def late(state, %{state: :sent} = entry),
    do: %{state | queue: Queue.put(state.queue, PendingRequest.overdue(entry, @grace))}

  def late(state, %{state: :overdue} = entry) do
    why = "it did not answer a request within #{@grace} ms after its deadline"
    message = "the port program did not answer within the deadline and was killed"

    state
    |> Replies.finish(entry, {:error, Error.new(:timeout, message)})
    |> condemn(:port_exited, why)
  end

  defp too_late(%{state: :up}),
    do: Error.new(:timeout, "the deadline passed before the request's turn came")

  defp too_late(program), do: ProgramStatus.unavailable(program)

  @doc "Kills a program that cannot be trusted any more."
  @spec condemn(State.t(), Error.reason(), String.t()) :: State.t()
  # The port process may be held up by the very program that hangs, so the kill does not go through it.
  def condemn(%{program: %{state: :up} = program} = state, reason, why) do
    :ok = Thumbnailer.Port.Server.condemn(state.port, program.session, reason, why)
    OS.Process.kill(program.session)
    put_in(state.program.state, :dying)
  end

  def condemn(state, _reason, _why), do: state

  @doc "Nobody waits for the request any more."
  @spec left(State.t(), PendingRequest.t() | nil) :: State.t()
  def left(state, nil), do: state

  def left(state, %{state: :waiting} = entry) do
    {_entry, queue} = Queue.take(state.queue, entry.id)
    PendingRequest.close(entry)
    %{state | queue: queue}
  end

  # It counts as sent until the program has answered, which it does at once when it is cancelled.
  def left(state, entry) do
    if state.port, do: Thumbnailer.Port.Server.cancel(state.port, state.program.session, entry.id)
    %{state | queue: Queue.put(state.queue, PendingRequest.abandon(entry))}
  end
end
