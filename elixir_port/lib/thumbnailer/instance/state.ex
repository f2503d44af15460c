defmodule Thumbnailer.Instance.State do
  @moduledoc false
  # What an instance knows of its requests and its program, and what it has counted.

  alias Thumbnailer.Error
  alias Thumbnailer.Instance.{Latency, PendingRequest, ProgramStatus, Queue, StreamTable}

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
    program: %ProgramStatus{},
    queue: %Queue{},
    streams: %StreamTable{},
    next_id: 1,
    served: 0,
    failed: %{},
    restarts: 0,
    latency: %Latency{}
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
          program: ProgramStatus.t(),
          queue: Queue.t(),
          streams: StreamTable.t(),
          next_id: pos_integer,
          served: non_neg_integer,
          failed: %{optional(Error.reason()) => pos_integer},
          restarts: non_neg_integer,
          latency: Latency.t()
        }

  @doc "What `Thumbnailer.stats/1` tells of the library's side."
  @spec counts(t) :: map
  def counts(%{queue: queue, program: program} = state) do
    [p50, p95, p99] = Latency.percentiles(state.latency, [50, 95, 99])

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

  @doc "Counts a request that is answered; those for images have a latency."
  @spec answered(t, PendingRequest.t(), {:ok, map} | {:error, Error.t()}) :: t
  def answered(state, entry, outcome), do: state |> time(entry) |> count(outcome)

  defp time(state, %{request: %{op: op}} = entry) when op in [:make, :probe],
    do: %{state | latency: Latency.add(state.latency, PendingRequest.age(entry))}

  defp time(state, _question), do: state

  @doc "Counts an answer."
  @spec count(t, {:ok, map} | {:error, Error.t()}) :: t
  def count(state, {:ok, _answer}), do: %{state | served: state.served + 1}

  def count(state, {:error, %Error{reason: reason}}),
    do: %{state | failed: Map.update(state.failed, reason, 1, &(&1 + 1))}
end
