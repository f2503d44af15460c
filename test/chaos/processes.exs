defmodule Chaos.Processes do
  # The operating system processes of an instance, read from /proc.

  @doc "The server and its workers; none while there is no server."
  def all(on) do
    case server(on) do
      nil -> []
      server -> [server | children(server)]
    end
  end

  def server(on) do
    {:ok, %{os_pid: os_pid}} = Thumbnailer.Instance.Questions.counts(on)
    os_pid
  end

  @doc "The workers of a server, without the process that forks them and those that write files."
  def workers(server) do
    # The one that forks is the oldest.
    for os_pid <- Enum.drop(children(server), 1),
        File.read("/proc/#{os_pid}/comm") != {:ok, "thumb-writer\n"},
        do: os_pid
  end

  @doc "The children of a server. https://man7.org/linux/man-pages/man5/proc_pid_task.5.html"
  def children(server) do
    case File.read("/proc/#{server}/task/#{server}/children") do
      {:ok, children} -> children |> String.split() |> Enum.map(&String.to_integer/1)
      {:error, _gone} -> []
    end
  end

  @doc "Whether a process in this state runs, or would if it had something to do: neither ended nor stopped."
  def well?(state), do: state in ~w(R S D)

  def alive?(os_pid), do: state(os_pid) not in [nil, "Z", "X"]

  def signal(os_pid, signal) do
    {_output, status} = System.cmd("kill", ["-#{signal}", "#{os_pid}"], stderr_to_stdout: true)
    status == 0
  end

  @doc "Open descriptors, and those of them that are shared memory for images."
  def descriptors(os_pid) do
    targets =
      for path <- Path.wildcard("/proc/#{os_pid}/fd/*"),
          {:ok, to} <- [File.read_link(path)],
          do: to

    {length(targets), Enum.count(targets, &(&1 =~ "/memfd:thumbnailer-"))}
  end

  @doc "Resident memory in bytes."
  def resident(os_pid) do
    with {:ok, status} <- File.read("/proc/#{os_pid}/status"),
         [_, kilobytes] <- Regex.run(~r/^VmRSS:\s+(\d+) kB/m, status),
         do: String.to_integer(kilobytes) * 1_024,
         else: (_gone -> 0)
  end

  @doc "The letter that Linux has for the state of a process: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"
  def state(os_pid) do
    case File.read("/proc/#{os_pid}/stat") do
      {:ok, stat} -> stat |> String.split(") ") |> List.last() |> String.first()
      {:error, _gone} -> nil
    end
  end
end
