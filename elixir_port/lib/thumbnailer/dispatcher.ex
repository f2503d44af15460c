defmodule Thumbnailer.Dispatcher do
  @moduledoc false
  # Decides what becomes of the requests of an instance: who is let in, who is sent and when, who is answered. The
  # program gets no more than its workers can take up, so that what waits can still be dropped. Runs in the
  # server, which owns the timers and monitors of the entries.

  alias Thumbnailer.{Entry, Error, Feed, Feeds, Histogram, OsProcess, Program, Queue, Request}

  # The program keeps the deadline itself and answers; this is how much later its silence costs it its life.
  @grace 500

  @enforce_keys [:max_queue, :timeout]
  defstruct [
    :max_queue,
    :timeout,
    :port,
    :port_monitor,
    retries: 0,
    shutdown: 5_000,
    stopping?: false,
    drainer: nil,
    program: %Program{},
    queue: %Queue{},
    feeds: %Feeds{},
    next_id: 1,
    served: 0,
    failed: %{},
    restarts: 0,
    latency: %Histogram{}
  ]

  @type t :: %__MODULE__{
          max_queue: pos_integer,
          timeout: pos_integer,
          # what requests that say nothing have
          retries: non_neg_integer,
          # milliseconds that requests are given when the instance stops
          shutdown: non_neg_integer,
          stopping?: boolean,
          # who waits until every request is answered
          drainer: GenServer.from() | nil,
          # the port process; nil while there is none
          port: pid | nil,
          port_monitor: reference | nil,
          program: Program.t(),
          queue: Queue.t(),
          feeds: Feeds.t(),
          next_id: pos_integer,
          served: non_neg_integer,
          failed: %{optional(Error.reason()) => pos_integer},
          restarts: non_neg_integer,
          latency: Histogram.t()
        }

  @doc "Takes a request in, or says why not."
  @spec admit(t, Request.t(), GenServer.from()) :: {:ok, t} | {:error, Error.t(), t}
  def admit(state, request, from) do
    case refusal(request, state) do
      nil -> {:ok, state |> join(request, from) |> wake() |> dispatch()}
      error -> {:error, error, count(state, {:error, error})}
    end
  end

  @doc "A port process says that it is there."
  @spec attach(t, pid) :: t
  def attach(state, port) do
    # The word that the old one is gone may come after the new one.
    state = if state.port, do: port_lost(state, :noproc), else: state
    state = %{state | port: port, port_monitor: Process.monitor(port), program: %Program{}}
    if state.queue.waiting > 0, do: wake(state), else: state
  end

  @doc "The port process ended, and its port was closed with it. The supervisor starts the next one."
  @spec port_lost(t, term) :: t
  def port_lost(state, reason) do
    Process.demonitor(state.port_monitor, [:flush])
    _ = state.program.os_pid && OsProcess.reap(state.program.os_pid)

    error = Error.new(:port_exited, "the port process ended: " <> Exception.format_exit(reason))
    held = for entry <- Queue.all(state.queue, :sent), into: MapSet.new(), do: entry.id
    program_down(%{state | port: nil, port_monitor: nil}, error, held, false)
  end

  @doc "The port process says something of its program."
  @spec port_event(t, Thumbnailer.Life.event()) :: t
  def port_event(state, event), do: state |> heard(event) |> dispatch()

  @doc "The time of a request is over."
  @spec expire(t, pos_integer) :: t
  def expire(state, id), do: state |> late(Queue.get(state.queue, id)) |> dispatch()

  @doc "The caller of a request is gone."
  @spec abandon(t, pos_integer) :: t
  def abandon(state, id) do
    %{state | feeds: Feeds.delete(state.feeds, id)}
    |> left(Queue.get(state.queue, id))
    |> dispatch()
  end

  @doc "The caller of a streamed request has no more to send, or was told so, and wants the answer."
  @spec await(t, pos_integer, reference, GenServer.from()) ::
          {:answer, {:ok, map} | {:error, Error.t()}, t} | {:wait, t}
  def await(state, id, token, from) do
    case Feeds.claim(state.feeds, id, token) do
      {:answered, outcome, feeds} ->
        Process.demonitor(token, [:flush])
        {:answer, outcome, %{state | feeds: feeds}}

      {:open, feeds} ->
        queue = Queue.put(state.queue, %{Queue.get(state.queue, id) | reply_to: from})
        {:wait, dispatch(%{state | feeds: feeds, queue: queue})}

      :unknown ->
        {:answer, {:error, Error.new(:unavailable, "the instance was restarted")}, state}
    end
  end

  @doc "The enumeration of a source broke off; its caller will not come for the answer."
  @spec drop(t, pos_integer, reference) :: t
  def drop(state, id, token) do
    Process.demonitor(token, [:flush])
    if Feeds.claim(state.feeds, id, token) == :unknown, do: state, else: abandon(state, id)
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
      finish_all(state, Queue.all(state.queue, which), {:error, error})
    end)
  end

  @doc "What `Thumbnailer.stats/1` tells of the library's side."
  @spec counts(t) :: map
  def counts(%{queue: queue, program: program} = state) do
    [p50, p95, p99] = Histogram.percentiles(state.latency, [50, 95, 99])

    %{
      state: program.state,
      os_pid: program.os_pid,
      waiting: queue.waiting,
      sent: queue.sent,
      served: state.served,
      failed: state.failed,
      restarts: state.restarts,
      latency: %{p50: p50, p95: p95, p99: p99}
    }
  end

  # -- requests come in

  defp refusal(_request, %{stopping?: true}),
    do: Error.new(:unavailable, "the instance is stopping and takes no further request")

  defp refusal(_request, %{program: %{state: :down, permanent?: true} = program}),
    do: Program.unavailable(program)

  defp refusal(%{op: op}, state) when op in [:make, :probe] do
    if state.queue.waiting >= state.max_queue do
      message = "#{state.max_queue} requests are waiting already, no more may (option :max_queue)"
      Error.new(:overloaded, message, limit: state.max_queue)
    end
  end

  defp refusal(_request, _state), do: nil

  defp join(%{next_id: id} = state, request, from) do
    timeout = request.timeout || state.timeout
    entry = Entry.new(id, request, from, timeout, request.retries || state.retries)
    %{state | next_id: id + 1, queue: Queue.join(state.queue, entry, place(request))}
  end

  # Questions about the instance do not queue behind images.
  defp place(%{op: op}) when op in [:info, :stats, :ping], do: :front
  defp place(_request), do: :back

  defp wake(%{program: %{state: :idle}, port: port} = state) when port != nil do
    :ok = Thumbnailer.Port.wake(port)
    put_in(state.program.state, :starting)
  end

  defp wake(state), do: state

  # -- requests go out

  defp dispatch(state) do
    {entry, queue} = Queue.peek(state.queue)
    state = %{state | queue: queue}
    if entry && room?(entry, state), do: state |> send_out(entry) |> dispatch(), else: state
  end

  # A source that is on its way keeps no worker from its work, so it takes no place of another request.
  defp room?(%{request: %{source: :stream}}, %{program: %{state: :up, hello: hello}} = state),
    do: Feeds.count(state.feeds) < Map.get(hello.limits, :max_streams, 1)

  # As many again as there are workers, so that a worker never waits for its next image.
  defp room?(entry, %{program: %{state: :up, hello: hello}, queue: queue} = state),
    do:
      place(entry.request) == :front or queue.sent - Feeds.count(state.feeds) < 2 * hello.workers

  defp room?(_entry, _state), do: false

  defp send_out(state, %{request: %{op: :info}} = entry),
    do: finish(state, entry, {:ok, state.program.hello})

  defp send_out(%{program: program} = state, entry) do
    left = Entry.time_left(entry)

    :ok =
      Thumbnailer.Port.send_request(state.port, program.session, entry.id, entry.request, left)

    feed(%{state | queue: Queue.sent(state.queue, entry)}, entry)
  end

  defp feed(state, %{id: id, monitor: token, request: %{source: :stream}} = entry) do
    %{port: port, program: %{session: session, hello: %{limits: limits}}} = state
    feed = %Feed{port: port, session: session, id: id, token: token, piece: Feed.piece(limits)}
    queue = Queue.put(state.queue, Entry.feed(entry, feed))
    %{state | queue: queue, feeds: Feeds.open(state.feeds, id, token)}
  end

  defp feed(state, _entry), do: state

  # -- the port process says something

  defp heard(state, :starting), do: put_in(state.program.state, :starting)

  defp heard(state, {:up, session, os_pid, hello}) do
    program = %Program{state: :up, session: session, os_pid: os_pid, hello: hello}
    %{state | program: program}
  end

  defp heard(%{program: %{session: session}} = state, {:reply, session, id, outcome}) do
    case Queue.get(state.queue, id) do
      %Entry{state: sent} = entry when sent != :waiting -> finish(state, entry, outcome)
      _unknown -> condemn(state, :bad_reply, "it answered request #{id}, which it does not hold")
    end
  end

  defp heard(state, {:reply, _old_session, _id, _outcome}), do: state

  defp heard(state, {:down, error, held, permanent?}),
    do: program_down(state, error, held, permanent?)

  # Requests that the dead program never read can wait for the next one, and others may, if somebody waits for them.
  defp program_down(state, error, held, permanent?) do
    {again, lost} =
      state.queue
      |> Queue.all(:sent)
      |> Enum.map(&if(&1.id in held, do: spend_retry(&1), else: &1))
      |> Enum.split_with(&again?/1)

    program = %Program{state: :down, fault: error, permanent?: permanent?}

    %{state | program: program, restarts: state.restarts + 1}
    |> finish_all(lost, {:error, error})
    |> Map.update!(:queue, &Queue.return(&1, again))
    |> give_up_waiting()
  end

  # Of a stream there is nothing left to send.
  defp again?(%{request: %{source: :stream}}), do: false
  defp again?(entry), do: entry.retries >= 0 and entry.state == :sent and entry.reply_to != nil

  defp spend_retry(entry), do: %{entry | retries: entry.retries - 1}

  defp give_up_waiting(%{program: %{permanent?: true} = program} = state),
    do:
      finish_all(state, Queue.all(state.queue, :waiting), {:error, Program.unavailable(program)})

  defp give_up_waiting(state), do: state

  # -- deadlines and callers

  defp late(state, nil), do: state

  defp late(state, %{state: :waiting} = entry),
    do: finish(state, entry, {:error, too_late(state.program)})

  defp late(state, %{state: :sent} = entry),
    do: %{state | queue: Queue.put(state.queue, Entry.overdue(entry, @grace))}

  defp late(state, %{state: :overdue} = entry) do
    why = "it did not answer a request within #{@grace} ms after its deadline"
    message = "the port program did not answer within the deadline and was killed"

    state
    |> finish(entry, {:error, Error.new(:timeout, message)})
    |> condemn(:port_exited, why)
  end

  defp too_late(%{state: :up}),
    do: Error.new(:timeout, "the deadline passed before the request's turn came")

  defp too_late(program), do: Program.unavailable(program)

  # The port process may be held up by the very program that hangs, so the kill does not go through it.
  defp condemn(%{program: %{state: :up} = program} = state, reason, why) do
    :ok = Thumbnailer.Port.condemn(state.port, program.session, reason, why)
    OsProcess.kill(program.session)
    put_in(state.program.state, :dying)
  end

  defp condemn(state, _reason, _why), do: state

  defp left(state, nil), do: state

  defp left(state, %{state: :waiting} = entry) do
    {_entry, queue} = Queue.take(state.queue, entry.id)
    Entry.close(entry)
    %{state | queue: queue}
  end

  # It counts as sent until the program has answered, which it does at once when it is cancelled.
  defp left(state, entry) do
    if state.port, do: Thumbnailer.Port.cancel(state.port, state.program.session, entry.id)
    %{state | queue: Queue.put(state.queue, Entry.abandon(entry))}
  end

  # -- answers

  defp finish_all(state, entries, outcome),
    do: Enum.reduce(entries, state, &finish(&2, &1, outcome))

  defp finish(state, entry, outcome) do
    {_entry, queue} = Queue.take(state.queue, entry.id)

    state = %{state | queue: queue} |> time(entry) |> count(outcome)

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

  defp time(state, %{request: %{op: op}} = entry) when op in [:make, :probe],
    do: %{state | latency: Histogram.add(state.latency, Entry.age(entry))}

  defp time(state, _question), do: state

  defp count(state, {:ok, _answer}), do: %{state | served: state.served + 1}

  defp count(state, {:error, %Error{reason: reason}}),
    do: %{state | failed: Map.update(state.failed, reason, 1, &(&1 + 1))}
end
