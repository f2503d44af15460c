defmodule Thumbnailer.Cluster.Events do
  @moduledoc false
  # What happens to batches and nodes, as messages to processes that asked for it, on any node. See
  # `Thumbnailer.subscribe/1` for the messages.

  alias Thumbnailer.Cluster.Scope

  # Milliseconds between two messages of progress.
  @interval 250

  @spec subscribe(atom) :: :ok
  def subscribe(group), do: :pg.join(Scope.name(), {:subscribers, group}, self())

  @spec unsubscribe(atom) :: :ok
  def unsubscribe(group) do
    _ = :pg.leave(Scope.name(), {:subscribers, group}, self())
    :ok
  end

  @doc "A node came or went, as the router of this node saw it: told on this node, as each node has its own."
  @spec node(atom, tuple) :: :ok
  def node(group, event) do
    tell(:pg.get_local_members(Scope.name(), {:subscribers, group}), group, event)
  end

  @doc "How far a batch is that began at `started_at`, in monotonic milliseconds: told on all nodes, from time to time."
  @spec progress(atom, integer, map) :: :ok
  def progress(group, started_at, counts) do
    now = System.monotonic_time(:millisecond)

    if now - Process.get(__MODULE__, started_at) >= @interval do
      Process.put(__MODULE__, now)
      publish(group, :progress, counts)
    end

    :ok
  end

  @doc "A batch is at its end."
  @spec finished(atom, map) :: :ok
  def finished(group, counts) do
    Process.delete(__MODULE__)
    publish(group, :finished, counts)
  end

  defp publish(group, event, counts) do
    subscribers = :pg.get_members(Scope.name(), {:subscribers, group})
    tell(subscribers, group, {event, Map.put(counts, :node, node())})
  end

  defp tell(subscribers, group, event) do
    for subscriber <- subscribers,
        do: :erlang.send(subscriber, {:thumbnailer, group, event}, [:nosuspend, :noconnect])

    :ok
  end
end
