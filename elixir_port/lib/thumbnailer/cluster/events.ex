defmodule Thumbnailer.Cluster.Events do
  @moduledoc false
  # What happens to batches and nodes, as messages to processes that asked for it, on any node. See
  # `Thumbnailer.subscribe/1` for the messages.

  alias Thumbnailer.Batch.Report
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

  @doc "How far a batch is: told on all nodes, from time to time."
  @spec progress(atom, Report.t()) :: :ok
  def progress(group, report) do
    now = System.monotonic_time(:millisecond)

    if now - Process.get(__MODULE__, report.started_at) >= @interval do
      Process.put(__MODULE__, now)
      publish(group, :progress, report)
    end

    :ok
  end

  @doc "A batch is at its end."
  @spec finished(atom, Report.t()) :: :ok
  def finished(group, report) do
    Process.delete(__MODULE__)
    publish(group, :finished, report)
  end

  defp publish(group, event, report) do
    counts = report |> Report.counts() |> Map.put(:node, node())
    tell(:pg.get_members(Scope.name(), {:subscribers, group}), group, {event, counts})
  end

  defp tell(subscribers, group, event) do
    for subscriber <- subscribers,
        do: :erlang.send(subscriber, {:thumbnailer, group, event}, [:nosuspend, :noconnect])

    :ok
  end
end
