defmodule Thumbnailer.Cluster.Events do
  @moduledoc false
  # Sends messages about batches and nodes to subscribers on any node. See `Thumbnailer.Cluster.subscribe/1` for the
  # messages.

  alias Thumbnailer.Cluster.Scope

  # Milliseconds between two progress messages.
  @interval 250

  @spec subscribe(atom) :: :ok
  def subscribe(group), do: :pg.join(Scope.name(), {:subscribers, group}, self())

  @spec unsubscribe(atom) :: :ok
  def unsubscribe(group) do
    _ = :pg.leave(Scope.name(), {:subscribers, group}, self())
    :ok
  end

  @doc "A node came or went, as seen by the router of this node. Only this node is told, because each has its own router."
  @spec node(atom, tuple) :: :ok
  def node(group, event) do
    deliver(:pg.get_local_members(Scope.name(), {:subscribers, group}), group, event)
  end

  @doc """
  Publishes the progress of a batch on all nodes, at most every quarter of a second.

  `published_at` is the time of the last message in monotonic milliseconds: first the start of the batch, then the last
  return value.
  """
  @spec progress(atom, integer, map) :: integer
  def progress(group, published_at, counts) do
    now = System.monotonic_time(:millisecond)

    if now - published_at >= @interval do
      publish(group, :progress, counts)
      now
    else
      published_at
    end
  end

  @doc "A batch has finished."
  @spec finished(atom, map) :: :ok
  def finished(group, counts), do: publish(group, :finished, counts)

  defp publish(group, event, counts) do
    subscribers = :pg.get_members(Scope.name(), {:subscribers, group})
    deliver(subscribers, group, {event, Map.put(counts, :node, node())})
  end

  defp deliver(subscribers, group, event) do
    for subscriber <- subscribers,
        do: :erlang.send(subscriber, {:thumbnailer, group, event}, [:nosuspend, :noconnect])

    :ok
  end
end
