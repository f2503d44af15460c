defmodule Thumbnailer.Cluster.Supervisor do
  @moduledoc false
  # Supervises the cluster processes of a node: the :pg scope of all groups, and the routers of the groups that this node
  # sends requests to. They send nothing until nodes are connected.

  use Supervisor

  alias Thumbnailer.Cluster.{Router, Scope}
  alias Thumbnailer.Step.Catalog

  @spec start_link(term) :: Supervisor.on_start()
  def start_link(_opts), do: Supervisor.start_link(__MODULE__, [], name: __MODULE__)

  @impl true
  def init(_opts) do
    Catalog.publish_groups(&Router.steps/1)

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
