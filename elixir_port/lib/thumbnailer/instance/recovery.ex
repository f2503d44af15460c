defmodule Thumbnailer.Instance.Recovery do
  @moduledoc false
  # Decides what becomes of requests when the program ends, their deadline passes or their caller is gone.

  alias Thumbnailer.{Error, OS}
  alias Thumbnailer.Instance.{PendingRequest, ProgramStatus, Queue, Replies, State}

  # The program keeps the deadline itself and answers; if it does not, it is killed this many milliseconds later.
  @grace 500

  @doc "The program is gone; `in_flight` are the ids of the requests that it had read, or may have."
  @spec program_down(State.t(), Error.t(), MapSet.t(pos_integer), boolean) :: State.t()
  # Requests that the dead program never read can wait for the next one, and others may, if somebody waits for them.
  def program_down(state, error, in_flight, permanent?) do
    {resend, lost} =
      state.queue
      |> Queue.all(:sent)
      |> Enum.map(&if(&1.id in in_flight, do: spend_retry(&1), else: &1))
      |> Enum.split_with(&resend?/1)

    program = %ProgramStatus{state: :down, fault: error, permanent?: permanent?}

    %{state | program: program, restarts: state.restarts + 1}
    |> Replies.finish_all(lost, {:error, error})
    |> Map.update!(:queue, &Queue.requeue(&1, resend))
    |> fail_waiting()
  end

  # Of a stream there is nothing left to send.
  defp resend?(%{request: %{source: :stream}}), do: false
  defp resend?(entry), do: entry.retries >= 0 and entry.state == :sent and entry.reply_to != nil

  defp spend_retry(entry), do: %{entry | retries: entry.retries - 1}

  defp fail_waiting(%{program: %{permanent?: true} = program} = state),
    do:
      Replies.finish_all(
        state,
        Queue.all(state.queue, :waiting),
        {:error, ProgramStatus.unavailable(program)}
      )

  defp fail_waiting(state), do: state

  @doc "The time of a request is over."
  @spec deadline_passed(State.t(), PendingRequest.t() | nil) :: State.t()
  def deadline_passed(state, nil), do: state

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

  defp timeout_error(%{state: :up}),
    do: Error.new(:timeout, "the deadline passed before the request's turn came")

  defp timeout_error(program), do: ProgramStatus.unavailable(program)

  @doc "Kills a program that cannot be trusted any more."
  @spec kill_program(State.t(), Error.reason(), String.t()) :: State.t()
  # The port process may be blocked by the program that hangs, so the kill does not go through it.
  def kill_program(%{program: %{state: :up} = program} = state, reason, why) do
    :ok = Thumbnailer.Port.Server.mark_killed(state.port, program.session, reason, why)
    OS.Process.kill(program.session)
    put_in(state.program.state, :dying)
  end

  def kill_program(state, _reason, _why), do: state

  @doc "Nobody waits for the request any more."
  @spec caller_down(State.t(), PendingRequest.t() | nil) :: State.t()
  def caller_down(state, nil), do: state

  def caller_down(state, %{state: :waiting} = entry) do
    {_entry, queue} = Queue.take(state.queue, entry.id)
    PendingRequest.close(entry)
    %{state | queue: queue}
  end

  # It counts as sent until the program has answered, which it does at once when it is cancelled.
  def caller_down(state, entry) do
    if state.port, do: Thumbnailer.Port.Server.cancel(state.port, state.program.session, entry.id)
    %{state | queue: Queue.put(state.queue, PendingRequest.abandon(entry))}
  end
end
