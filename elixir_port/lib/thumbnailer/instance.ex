defmodule Thumbnailer.Instance do
  @moduledoc false
  # One port program with its queue: the tree that Thumbnailer.start_link/1 starts.

  use Supervisor

  alias Thumbnailer.{Cluster, Drain, InstanceOptions, Server, Telemetry}

  @doc "Starts an instance with options that `Thumbnailer.InstanceOptions.cast!/1` has checked."
  @spec start_link(keyword) :: Supervisor.on_start()
  def start_link(opts), do: Supervisor.start_link(__MODULE__, opts)

  # What serves is a tree of its own, so that the drain is not ended when a part of it is replaced.
  @impl true
  def init(opts) do
    serving = %{
      id: :serving,
      type: :supervisor,
      start: {Supervisor, :start_link, [serving(opts), [strategy: :rest_for_one]]}
    }

    drain = {Drain, server: opts[:name], shutdown: opts[:shutdown]}
    Supervisor.init([serving, drain], strategy: :one_for_one)
  end

  # The port process attaches to the server by its name, so a new server needs a new port process as well.
  defp serving(opts) do
    server =
      [timeout: opts[:deadline]] ++ Keyword.take(opts, [:name, :max_queue, :retries, :shutdown])

    port =
      [server: opts[:name], arguments: InstanceOptions.arguments(opts, Telemetry.decide())] ++
        Keyword.take(opts, [:executable, :max_reply, :start_timeout, :lazy])

    [{Server, server}, {Thumbnailer.Port, port}]
    |> Enum.concat(member(opts[:name], opts[:cluster]))
  end

  # The last one, as it speaks for the server.
  defp member(_name, nil), do: []
  defp member(name, group), do: [{Cluster.Member, instance: name, group: group}]
end
