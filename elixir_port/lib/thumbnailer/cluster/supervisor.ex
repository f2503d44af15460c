defmodule Thumbnailer.Cluster.Supervisor do
  @moduledoc false
  # What each node needs to be part of clusters: the :pg scope that groups live in, and the routers of those groups that
  # this node gives requests to. Nothing is sent anywhere until nodes are connected.

  use Supervisor

  alias Thumbnailer.Cluster.{Router, Scope}

  @spec start_link(term) :: Supervisor.on_start()
  def start_link(_opts), do: Supervisor.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_opts) do
    Supervisor.init(
      [
        %{id: :pg, start: {:pg, :start_link, [Scope.name()]}},
        {Registry, keys: :unique, name: Router.registry()},
        {DynamicSupervisor, name: Router.supervisor()}
      ],
      strategy: :one_for_all
    )
  end
end
