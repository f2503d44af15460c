defmodule Bench.Processors do
  # Where the processors' time went, which is nearly the same whatever else the machine does.

  # Linux counts processor time in hundredths of a second: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  @tick 10

  @doc "The difference to what was used before."
  def since(before, pids),
    do: Map.merge(used(pids), before, fn _what, later, earlier -> later - earlier end)

  @doc "Milliseconds of processor time of these processes and all below them; `program` is what is not that of `pids` themselves."
  def used(pids) do
    all = pids |> Enum.map(&family/1) |> Enum.sum()
    own = for pid <- pids, {:ok, [user, system | _]} <- [times(pid)], do: user + system
    %{all: all * @tick, program: (all - Enum.sum(own)) * @tick}
  end

  # With those that have ended: workers do all the time.
  defp family(pid) do
    children =
      for path <- Path.wildcard("/proc/#{pid}/task/*/children"),
          {:ok, list} <- [File.read(path)],
          child <- String.split(list),
          do: family(child)

    with {:ok, times} <- times(pid), do: Enum.sum(times) + Enum.sum(children), else: (_gone -> 0)
  end

  # Of the process in user and system mode, and of children that have ended.
  defp times(pid) do
    with {:ok, stat} <- File.read("/proc/#{pid}/stat") do
      times = stat |> String.split(") ") |> List.last() |> String.split() |> Enum.slice(11, 4)
      {:ok, Enum.map(times, &String.to_integer/1)}
    end
  end
end
