defmodule Thumbnailer.Instance.Relay do
  @moduledoc false
  # Stands between a caller and an instance on another node. While a connection takes nothing more, as one to a node that hangs, the
  # runtime system suspends whoever sends, monitors or ends a monitor over it. That must not happen to a caller that
  # has a deadline, so a process of its own does it, which the caller ends when its time is over.

  @doc "Starts it for the calling process; it takes and sends what an instance does. It ends as the instance ends."
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
end
