defmodule Bench.Usage do
  @moduledoc """
  Processor time and memory of processes, from /proc. https://man7.org/linux/man-pages/man5/proc.5.html
  """

  # USER_HZ, which is 100 on every Linux that Erlang runs on.
  @tick_ms 10

  @doc "Milliseconds of processor time of an implementation's processes since their start, including children that have ended."
  def processor(implementation) do
    own = if implementation.through_beam?, do: own_ticks(System.pid()), else: 0
    @tick_ms * (own + (implementation |> processes() |> Enum.map(&ticks/1) |> Enum.sum()))
  end

  @doc "The peak memory of an implementation's processes in bytes; shared pages count once for each process."
  def peak(implementation),
    do: implementation |> processes() |> Enum.map(&memory(&1, "VmHWM")) |> Enum.sum()

  @doc "Resident memory of a process in bytes."
  def resident(pid), do: memory(pid, "VmRSS")

  @doc "The processes that a process has started."
  def children(pid) do
    for task <- Path.wildcard("/proc/#{pid}/task/*/children"),
        {:ok, children} <- [File.read(task)],
        child <- String.split(children),
        do: child
  end

  defp processes(implementation), do: Enum.flat_map(implementation.processes.(), &tree/1)
  defp tree(pid), do: [pid | pid |> children() |> Enum.flat_map(&tree/1)]

  # The fields from the 14th on are utime, stime, and cutime, cstime of children that were waited for.
  defp ticks(pid), do: pid |> times() |> Enum.sum()
  defp own_ticks(pid), do: pid |> times() |> Enum.take(2) |> Enum.sum()

  defp times(pid) do
    case File.read("/proc/#{pid}/stat") do
      {:ok, stat} ->
        stat
        |> String.split(") ")
        |> List.last()
        |> String.split()
        |> Enum.slice(11, 4)
        |> Enum.map(&String.to_integer/1)

      {:error, _gone} ->
        []
    end
  end

  defp memory(pid, field) do
    with {:ok, status} <- File.read("/proc/#{pid}/status"),
         [_all, kib] <- Regex.run(~r/^#{field}:\s+(\d+) kB/m, status) do
      1024 * String.to_integer(kib)
    else
      _gone -> 0
    end
  end
end
