defmodule Thumbnailer.Instance.Relay do
  @moduledoc false
  # Stand between a caller and an instance on another node, one on each side. While a connection takes nothing more, as one to
  # a node that hangs, the runtime system suspends whoever sends, monitors or ends a monitor over it. That must not happen
  # to a caller, which has a deadline, nor to an instance, which has other callers. So both speak to processes of their own
  # node only.

  alias Thumbnailer.Instance.{Message, PendingRequest}

  @doc """
  Starts the one on the side of the caller, the calling process; it takes and sends what an instance does, and ends as the
  instance ends. The caller kills it when its time is over.
  """
  @spec start(pid | {atom, node}) :: pid
  def start(server) do
    caller = self()

    spawn(fn ->
      monitor = Process.monitor(caller)

      receive do
        {:request, {^caller, ref}, message} ->
          there = :erlang.monitor(:process, server, alias: :explicit_unalias)
          send(server, {:request, {self(), there}, message})
          relay(%{caller: monitor, here: ref, there: there, server: server})

        {:DOWN, ^monitor, :process, _caller, _reason} ->
          :ok
      end
    end)
  end

  defp relay(%{caller: caller, here: here, there: there} = ends) do
    receive do
      {^there, {kind, _} = outcome} when kind in [:ok, :error] ->
        send(here, {here, outcome})

      {^there, {:served_by, other}} ->
        relay(%{ends | server: other})

      {^there, word} ->
        send(here, {here, word})
        relay(ends)

      {:DOWN, ^there, :process, _server, reason} ->
        exit(reason)

      # The instance hears of this end.
      {:DOWN, ^caller, :process, _caller, _reason} ->
        :ok

      {:chunk, id, ^here, frame, last?} ->
        send(ends.server, {:chunk, id, there, frame, last?})
        relay(ends)

      {:stream_failed, id, ^here} ->
        send(ends.server, {:stream_failed, id, there})
    end
  end

  @doc "Starts the one on the side of the instance, the calling process, for a request that came from another node."
  @spec serve(PendingRequest.from(), term) :: pid
  def serve({_caller, there} = from, message) do
    instance = self()

    spawn(fn ->
      case Message.check_foreign(message) do
        :ok -> serve(from, message, instance)
        {:error, _error} = refused -> send(there, {there, Message.outcome(refused)})
      end
    end)
  end

  defp serve({caller, there}, message, instance) do
    caller = Process.monitor(caller)
    here = :erlang.monitor(:process, instance, alias: :explicit_unalias)
    send(instance, {:request, {self(), here}, message})
    # The chunks of a source come here as well.
    if match?(%{kind: :stream}, message), do: send(there, {there, {:served_by, self()}})
    serving(%{caller: caller, here: here, there: there, instance: instance})
  end

  defp serving(%{caller: caller, here: here, there: there, instance: instance} = ends) do
    receive do
      {^here, {kind, _} = outcome} when kind in [:ok, :error] ->
        send(there, {there, Message.outcome(outcome)})

      {^here, word} ->
        send(there, {there, word})
        serving(ends)

      {:chunk, id, ^there, frame, last?} when is_list(frame) and is_boolean(last?) ->
        send(instance, {:chunk, id, here, frame, last?})
        serving(ends)

      {:stream_failed, id, ^there} ->
        send(instance, {:stream_failed, id, here})

      # The other side watches the instance itself; the instance hears of this end.
      {:DOWN, monitor, :process, _pid, _reason} when monitor in [caller, here] ->
        :ok
    end
  end
end
