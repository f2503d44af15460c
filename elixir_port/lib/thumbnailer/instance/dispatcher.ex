defmodule Thumbnailer.Instance.Dispatcher do
  @moduledoc false
  # Decides what becomes of the requests of an instance: who is let in, who is sent and when, who is answered. Runs in
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

  @doc "Takes a request in, or says why not."
  @spec admit(t, Request.t(), GenServer.from()) :: {:ok, t} | {:error, Error.t(), t}
  def admit(state, request, from) do
    case refusal(request, state) do
      nil -> {:ok, state |> join(request, from) |> Sender.wake() |> Sender.dispatch()}
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
    held = for entry <- Queue.all(state.queue, :sent), into: MapSet.new(), do: entry.id
    Recovery.program_down(%{state | port: nil, port_monitor: nil}, error, held, false)
  end

  @doc "The port process says something of its program."
  @spec port_event(t, Thumbnailer.Port.Lifecycle.event()) :: t
  def port_event(state, event), do: state |> heard(event) |> Sender.dispatch()

  @doc "The time of a request is over."
  @spec expire(t, pos_integer) :: t
  def expire(state, id),
    do: state |> Recovery.late(Queue.get(state.queue, id)) |> Sender.dispatch()

  @doc "The caller of a request is gone."
  @spec abandon(t, pos_integer) :: t
  def abandon(state, id) do
    %{state | feeds: StreamTable.delete(state.feeds, id)}
    |> Recovery.left(Queue.get(state.queue, id))
    |> Sender.dispatch()
  end

  @doc "The caller of a streamed request has no more to send, or was told so, and wants the answer."
  @spec await(t, pos_integer, reference, GenServer.from()) ::
          {:answer, {:ok, map} | {:error, Error.t()}, t} | {:wait, t}
  def await(state, id, token, from) do
    case StreamTable.claim(state.feeds, id, token) do
      {:answered, outcome, feeds} ->
        Process.demonitor(token, [:flush])
        {:answer, outcome, %{state | feeds: feeds}}

      {:open, feeds} ->
        queue = Queue.put(state.queue, %{Queue.get(state.queue, id) | reply_to: from})
        {:wait, Sender.dispatch(%{state | feeds: feeds, queue: queue})}

      :unknown ->
        {:answer, {:error, Error.new(:unavailable, "the instance was restarted")}, state}
    end
  end

  @doc "The enumeration of a source broke off; its caller will not come for the answer."
  @spec drop(t, pos_integer, reference) :: t
  def drop(state, id, token) do
    Process.demonitor(token, [:flush])
    if StreamTable.claim(state.feeds, id, token) == :unknown, do: state, else: abandon(state, id)
  end

  @doc "From now on nobody is let in; `drainer` is told when every request is answered."
  @spec stop(t, GenServer.from()) :: t
  def stop(state, drainer), do: %{state | stopping?: true, drainer: drainer}

  @doc "Tells who waits for the last answer, when it was given."
  @spec settle(t) :: t
  def settle(%{drainer: drainer, queue: %{waiting: 0, sent: 0}, feeds: %{answers: kept}} = state)
      when drainer != nil and kept == %{} do
    GenServer.reply(drainer, :ok)
    %{state | drainer: nil}
  end

  def settle(state), do: state

  @doc "The time for stopping is over: whoever waits still is told so."
  @spec give_up(t) :: t
  def give_up(state) do
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

  defp join(%{next_id: id} = state, request, from) do
    timeout = request.timeout || state.timeout
    entry = PendingRequest.new(id, request, from, timeout, request.retries || state.retries)
    %{state | next_id: id + 1, queue: Queue.join(state.queue, entry, Sender.place(request))}
  end

  # -- the port process says something

  defp heard(state, :starting), do: put_in(state.program.state, :starting)

  defp heard(state, {:up, session, os_pid, hello}) do
    program = %ProgramStatus{state: :up, session: session, os_pid: os_pid, hello: hello}
    %{state | program: program}
  end

  defp heard(%{program: %{session: session}} = state, {:reply, session, id, outcome}) do
    case Queue.get(state.queue, id) do
      %PendingRequest{state: sent} = entry when sent != :waiting ->
        Replies.finish(state, entry, outcome)

      _unknown ->
        Recovery.condemn(state, :bad_reply, "it answered request #{id}, which it does not hold")
    end
  end

  defp heard(state, {:reply, _old_session, _id, _outcome}), do: state

  defp heard(state, {:down, error, held, permanent?}),
    do: Recovery.program_down(state, error, held, permanent?)
end
