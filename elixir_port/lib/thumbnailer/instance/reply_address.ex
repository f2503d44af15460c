defmodule Thumbnailer.Instance.ReplyAddress do
  @moduledoc false
  # The reference by which a caller is answered: an alias of it that stays open for several messages, and the monitor of who
  # sends them.

  @doc "The address for what `server` sends, which is watched."
  @spec open(pid | {atom, node}) :: reference
  def open(server), do: :erlang.monitor(:process, server, alias: :explicit_unalias)

  @doc "Takes no further message, and leaves none in the mailbox."
  @spec close(reference) :: :ok
  def close(ref) do
    _ = :erlang.unalias(ref)
    Process.demonitor(ref, [:flush])
    flush(ref)
  end

  defp flush(ref) do
    receive do
      {^ref, _late} -> flush(ref)
    after
      0 -> :ok
    end
  end
end
