defmodule Thumbnailer.Call.Supervisor do
  @moduledoc false
  # What calls need on each node: the process that knows which requests are shared, and the supervisors of the
  # tasks that are done for callers.

  use Supervisor

  alias Thumbnailer.Call.{Coalescer, Tasks}

  @spec start_link(term) :: Supervisor.on_start()
  def start_link(_opts), do: Supervisor.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_opts) do
    Supervisor.init([Tasks, Coalescer], strategy: :one_for_one)
  end
end
