defmodule Thumbnailer.Instance do
  @moduledoc false
  # One port program with its queue: the tree that Thumbnailer.start_link/1 starts.

  use Supervisor

  alias Thumbnailer.{Cluster, InstanceOptions, Server}

  @doc "Starts an instance with options that `Thumbnailer.InstanceOptions.cast!/1` has checked."
  @spec start_link(keyword) :: Supervisor.on_start()
  def start_link(opts), do: Supervisor.start_link(__MODULE__, opts)

  # The port process attaches to the server by its name, so a new server needs a new port process as well.
  @impl true
  def init(opts) do
    server = [name: opts[:name], max_queue: opts[:max_queue], timeout: opts[:deadline]]

    port =
      [server: opts[:name], arguments: InstanceOptions.arguments(opts)] ++
        Keyword.take(opts, [:executable, :max_reply, :start_timeout, :lazy])

    [{Server, server}, {Thumbnailer.Port, port}]
    |> Enum.concat(member(opts[:name], opts[:cluster]))
    |> Supervisor.init(strategy: :rest_for_one)
  end

  # The last one, as it speaks for the server.
  defp member(_name, nil), do: []
  defp member(name, group), do: [{Cluster.Member, instance: name, group: group}]
end
