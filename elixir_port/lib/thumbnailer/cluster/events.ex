defmodule Thumbnailer.Cluster.Events do
  @moduledoc false
  # What happens to batches and nodes, as messages to processes that asked for it, on any node. See
  # `Thumbnailer.Cluster.subscribe/1` for the messages.

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
    deliver(:pg.get_local_members(Scope.name(), {:subscribers, group}), group, event)
  end

  @doc """
  Tells all nodes how far a batch is, unless it did so less than a quarter of a second before.

  `published_at` is when it did so last, in monotonic milliseconds: at first the start of the batch, then what this returned.
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

  @doc "A batch is at its end."
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
