defmodule Thumbnailer.Call.Supervisor do
  @moduledoc false
  # What calls need on each node: the process that knows which requests are shared, and supervisors of the tasks that are done
  # for callers, as many as schedulers, so that starting them is no queue.

  use Supervisor

  alias Thumbnailer.Call.Coalescer

  @tasks __MODULE__.Tasks

  @spec start_link(term) :: Supervisor.on_start()
  def start_link(_opts), do: Supervisor.start_link(__MODULE__, [], name: __MODULE__)

  @doc "The supervisor of the tasks of the calling process."
  @spec tasks() :: Supervisor.supervisor()
  def tasks, do: {:via, PartitionSupervisor, {@tasks, self()}}

  @impl true
  def init(_opts) do
    Supervisor.init(
      [{PartitionSupervisor, child_spec: Task.Supervisor, name: @tasks}, Coalescer],
      strategy: :one_for_one
    )
  end
end
