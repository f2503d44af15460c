defmodule Bench.Processors do
  # Where the processors' time went, which is nearly the same whatever else the machine does.

  # Linux counts processor time in hundredths of a second: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  @tick 10

  @doc "The difference to what was used before."
  def since(before, pids),
    do: Map.merge(used(pids), before, fn _what, later, earlier -> later - earlier end)

  @doc "Milliseconds of processor time of these processes and all below them; `program` is the port program's part."
  def used(pids) do
    times = for pid <- pids, {name, ticks} <- family(pid), do: {name, ticks * @tick}
    program = for {"thumbnailer", time} <- times, do: time
    %{all: times |> Enum.map(&elem(&1, 1)) |> Enum.sum(), program: Enum.sum(program)}
  end

  defp family(pid) do
    children =
      for path <- Path.wildcard("/proc/#{pid}/task/*/children"),
          {:ok, list} <- [File.read(path)],
          child <- String.split(list),
          member <- family(child),
          do: member

    with {:ok, name} <- File.read("/proc/#{pid}/comm"),
         {:ok, stat} <- File.read("/proc/#{pid}/stat") do
      [user, system] =
        stat |> String.split(") ") |> List.last() |> String.split() |> Enum.slice(11, 2)

      [{String.trim(name), String.to_integer(user) + String.to_integer(system)} | children]
    else
      _gone -> children
    end
  end
end
