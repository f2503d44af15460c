defmodule Thumbnailer.Instance.Dispatcher do
  @moduledoc false
  # Decides what becomes of the requests of an instance: which is admitted, which is sent and when, how it is answered. Runs in
  # the server, which owns the timers and monitors of the entries.

  alias Thumbnailer.{Error, OS, Request}

  alias Thumbnailer.Instance.{
    PendingRequest,
    ProgramStatus,
    Queue,
    Recovery,
    Replies,
    Sender,
    State,
    StreamTable
  }

  @type t :: State.t()

  @doc "Admits a request, or says why not."
  @spec admit(t, Request.t(), GenServer.from()) :: {:ok, t} | {:error, Error.t(), t}
  def admit(state, request, from) do
    case refusal(request, state) do
      nil -> {:ok, state |> enqueue(request, from) |> Sender.wake() |> Sender.dispatch()}
      error -> {:error, error, State.count(state, {:error, error})}
    end
  end

  @doc "A port process says that it is there."
  @spec attach(t, pid) :: t
  def attach(state, port) do
    # The word that the old one is gone may come after the new one.
    state = if state.port, do: port_lost(state, :noproc), else: state
    state = %{state | port: port, port_monitor: Process.monitor(port), program: %ProgramStatus{}}
    if state.queue.waiting > 0, do: Sender.wake(state), else: state
  end

  @doc "The port process ended, and its port was closed with it. The supervisor starts the next one."
  @spec port_lost(t, term) :: t
  def port_lost(state, reason) do
    Process.demonitor(state.port_monitor, [:flush])
    _ = state.program.os_pid && OS.Process.reap(state.program.os_pid)

    error = Error.new(:port_exited, "the port process ended: " <> Exception.format_exit(reason))
    in_flight = for entry <- Queue.all(state.queue, :sent), into: MapSet.new(), do: entry.id
    Recovery.program_down(%{state | port: nil, port_monitor: nil}, error, in_flight, false)
  end

  @doc "The port process says something of its program."
  @spec port_event(t, Thumbnailer.Port.Lifecycle.event()) :: t
  def port_event(state, event), do: state |> handle_event(event) |> Sender.dispatch()

  @doc "The time of a request is over."
  @spec expire(t, pos_integer) :: t
  def expire(state, id),
    do: state |> Recovery.deadline_passed(Queue.get(state.queue, id)) |> Sender.dispatch()

  @doc "The caller of a request is gone."
  @spec abandon(t, pos_integer) :: t
  def abandon(state, id) do
    %{state | streams: StreamTable.delete(state.streams, id)}
    |> Recovery.caller_down(Queue.get(state.queue, id))
    |> Sender.dispatch()
  end

  @doc "The caller of a streamed request has no more to send, or was told so, and wants the answer."
  @spec await(t, pos_integer, reference, GenServer.from()) ::
          {:answer, {:ok, map} | {:error, Error.t()}, t} | {:wait, t}
  def await(state, id, monitor_ref, from) do
    case StreamTable.claim(state.streams, id, monitor_ref) do
      {:answered, outcome, streams} ->
        Process.demonitor(monitor_ref, [:flush])
        {:answer, outcome, %{state | streams: streams}}

      {:open, streams} ->
        queue = Queue.put(state.queue, %{Queue.get(state.queue, id) | reply_to: from})
        {:wait, Sender.dispatch(%{state | streams: streams, queue: queue})}

      :unknown ->
        {:answer, {:error, Error.new(:unavailable, "the instance was restarted")}, state}
    end
  end

  @doc "The enumeration of a source broke off; its caller will not come for the answer."
  @spec drop(t, pos_integer, reference) :: t
  def drop(state, id, monitor_ref) do
    Process.demonitor(monitor_ref, [:flush])

    if StreamTable.claim(state.streams, id, monitor_ref) == :unknown,
      do: state,
      else: abandon(state, id)
  end

  @doc "From now on no request is admitted; `drainer` is told when every request is answered."
  @spec stop(t, GenServer.from()) :: t
  def stop(state, drainer), do: %{state | stopping?: true, drainer: drainer}

  @doc "Replies to the caller of `stop/2` once every request is answered."
  @spec maybe_reply_drained(t) :: t
  def maybe_reply_drained(
        %{drainer: drainer, queue: %{waiting: 0, sent: 0}, streams: %{answers: kept}} = state
      )
      when drainer != nil and kept == %{} do
    GenServer.reply(drainer, :ok)
    %{state | drainer: nil}
  end

  def maybe_reply_drained(state), do: state

  @doc "The time for stopping is over: all requests that are left end with an error."
  @spec abort(t) :: t
  def abort(state) do
    message = "the instance is stopping, and #{state.shutdown} ms (option :shutdown) were too few"
    error = Error.new(:unavailable, message)

    Enum.reduce([:waiting, :sent], state, fn which, state ->
      Replies.finish_all(state, Queue.all(state.queue, which), {:error, error})
    end)
  end

  # -- requests come in

  defp refusal(_request, %{stopping?: true}),
    do: Error.new(:unavailable, "the instance is stopping and takes no further request")

  defp refusal(_request, %{program: %{state: :down, permanent?: true} = program}),
    do: ProgramStatus.unavailable(program)

  defp refusal(%{op: op}, state) when op in [:make, :probe] do
    if state.queue.waiting >= state.max_queue do
      message = "#{state.max_queue} requests are waiting already, no more may (option :max_queue)"
      Error.new(:overloaded, message, limit: state.max_queue)
    end
  end

  defp refusal(_request, _state), do: nil

  defp enqueue(%{next_id: id} = state, request, from) do
    timeout = request.timeout || state.timeout
    entry = PendingRequest.new(id, request, from, timeout, request.retries || state.retries)
    %{state | next_id: id + 1, queue: Queue.enqueue(state.queue, entry, Sender.position(request))}
  end

  # -- the port process says something

  defp handle_event(state, :starting), do: put_in(state.program.state, :starting)

  defp handle_event(state, {:up, session, os_pid, hello}) do
    program = %ProgramStatus{state: :up, session: session, os_pid: os_pid, hello: hello}
    %{state | program: program}
  end

  defp handle_event(%{program: %{session: session}} = state, {:reply, session, id, outcome}) do
    case Queue.get(state.queue, id) do
      %PendingRequest{state: sent} = entry when sent != :waiting ->
        Replies.finish(state, entry, outcome)

      _unknown ->
        Recovery.kill_program(
          state,
          :bad_reply,
          "it answered request #{id}, which it does not hold"
        )
    end
  end

  defp handle_event(state, {:reply, _old_session, _id, _outcome}), do: state

  defp handle_event(state, {:down, error, in_flight, permanent?}),
    do: Recovery.program_down(state, error, in_flight, permanent?)
end
