defmodule Thumbnailer.Call.Tasks do
  @moduledoc false
  # Supervisors of the tasks that are done for callers, as many as schedulers, so that starting them is no queue.

  @doc false
  @spec child_spec(term) :: Supervisor.child_spec()
  def child_spec(_opts),
    do: PartitionSupervisor.child_spec(child_spec: Task.Supervisor, name: __MODULE__)

  @doc "The supervisor of the tasks of the calling process."
  @spec supervisor() :: Supervisor.supervisor()
  def supervisor, do: {:via, PartitionSupervisor, {__MODULE__, self()}}
end
