defmodule Thumbnailer.Instance.State do
  @moduledoc false
  # What an instance knows of its requests and its program, what it has counted, and what its process has to do next.

  alias Thumbnailer.Error
  alias Thumbnailer.Instance.{Latency, PendingRequest, Queue, Reporter}
  alias Thumbnailer.Port.{Lifecycle, Tracer}

  @enforce_keys [:name, :max_queue, :max_queue_bytes, :timeout, :program]
  defstruct [
    :name,
    :max_queue,
    :max_queue_bytes,
    :timeout,
    :program,
    :drainer,
    :tracer,
    :wake_at,
    retries: 0,
    shutdown: 5_000,
    stopping?: false,
    queue: %Queue{},
    # above all ids that requests will come to, so that the two never meet
    next_ping: 4_611_686_018_427_387_904,
    next_id: 1,
    pings: %{},
    # what each program that is started gets to know, and which of its answers are about that
    steps: %{},
    adding: MapSet.new(),
    served: 0,
    failed: %{},
    restarts: 0,
    latency: %Latency{},
    reporter: %Reporter{},
    now: 0,
    effects: []
  ]

  @type outcome :: {:ok, map} | {:error, Error.t()}

  @typedoc """
  What the process does, see `Thumbnailer.Instance.Effects`; those of `Thumbnailer.Port.Lifecycle` are among them.
  """
  @type effect :: tuple

  @type t :: %__MODULE__{
          name: GenServer.name(),
          max_queue: pos_integer,
          max_queue_bytes: pos_integer,
          timeout: pos_integer,
          # what requests that say nothing have
          retries: non_neg_integer,
          # milliseconds that requests are given when the instance stops
          shutdown: non_neg_integer,
          stopping?: boolean,
          # who waits until every request is answered
          drainer: GenServer.from() | nil,
          program: Lifecycle.t(),
          queue: Queue.t(),
          next_id: pos_integer,
          # the program answers a ping when it has taken the piece of a source before it: whose that was
          next_ping: pos_integer,
          steps: %{optional(atom) => map},
          adding: MapSet.t(pos_integer),
          pings: %{pos_integer => pos_integer},
          served: non_neg_integer,
          failed: %{optional(Error.reason()) => pos_integer},
          restarts: non_neg_integer,
          latency: Latency.t(),
          tracer: Tracer.t() | nil,
          reporter: Reporter.t(),
          # when deadlines are looked at next; microseconds of the monotonic clock, as `now`
          wake_at: integer | nil,
          # of the event that is dealt with
          now: integer,
          # the last first
          effects: [effect]
        }

  @doc "Adds what the process has to do."
  @spec effect(t, effect) :: t
  def effect(state, effect), do: %{state | effects: [effect | state.effects]}

  @doc "Adds what a caller is to be told; a caller that is gone or was told is `nil`."
  @spec tell(t, PendingRequest.from() | nil, term) :: t
  def tell(state, nil, _message), do: state
  def tell(state, from, message), do: effect(state, {:reply, from, message})

  @doc "Takes the program as one of its functions left it, with what has to be done."
  @spec program(t, {Lifecycle.t(), [Lifecycle.effect()]}) :: t
  def program(state, {program, effects}),
    do: Enum.reduce(effects, %{state | program: program}, &effect(&2, &1))

  @doc "Has a recording note what passes."
  @spec trace(t, Tracer.kind(), pos_integer, iodata | atom) :: t
  def trace(%{tracer: nil} = state, _kind, _id, _data), do: state

  def trace(%{tracer: tracer} = state, kind, id, data) do
    {tracer, message} = Tracer.trace(tracer, kind, id, data, state.now)
    state = %{state | tracer: tracer}
    if message, do: effect(state, {:trace, tracer.pid, message}), else: state
  end

  @doc "What `Thumbnailer.stats/1` tells of the library's side."
  @spec counts(t) :: map
  def counts(%{queue: queue, program: program} = state) do
    [p50, p95, p99] = Latency.percentiles(state.latency, [50, 95, 99], state.now)

    %{
      state: program.state,
      os_pid: if(program.state in [:up, :dying], do: program.os_pid),
      waiting: queue.waiting,
      sent: queue.sent,
      served: state.served,
      failed: state.failed,
      restarts: state.restarts,
      latency: %{p50: p50, p95: p95, p99: p99}
    }
  end

  @doc "Counts a request that is answered; those for images have a latency."
  @spec answered(t, PendingRequest.t(), outcome) :: t
  def answered(state, %{op: op, received_at: received_at}, outcome) when op in [:make, :probe] do
    latency = Latency.add(state.latency, state.now - received_at, state.now)
    count(%{state | latency: latency}, outcome)
  end

  def answered(state, _question, outcome), do: count(state, outcome)

  @doc "Counts an answer."
  @spec count(t, outcome) :: t
  def count(state, {:ok, _answer}), do: %{state | served: state.served + 1}

  def count(state, {:error, %Error{reason: reason}}),
    do: %{state | failed: Map.update(state.failed, reason, 1, &(&1 + 1))}
end
