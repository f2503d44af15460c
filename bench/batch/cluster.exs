defmodule Bench.Cluster do
  # One node of one worker, then two, by paths; and where the processors' time went, which says what two can be at most
  # on two cores, whatever else the machine does.

  alias Bench.Folders
  alias Thumbnailer.{Batch, Nodes}

  # Linux counts processor time in hundredths of a second: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  @tick 10

  def run(root) do
    photos = Folders.photos(root)
    Nodes.distribute()
    one = Nodes.start("one", :bench)
    {single, used} = on_cluster(photos, [one])
    two = Nodes.start("two", :bench)
    {both, _used} = on_cluster(photos, [one, two])
    Enum.each([one, two], &Nodes.stop/1)
    Nodes.stop_name_server()

    Folders.tell(
      "cluster",
      "two nodes #{Float.round(single / both, 2)} times one (#{round(single)} and #{round(both)} ms)",
      "1.8"
    )

    Folders.tell(
      "cluster",
      "of #{used.all} ms of processor time #{used.program} were the port program's: " <>
        "#{Float.round(2 * used.program / used.all, 2)} times at most on two cores; " <>
        "it worked #{round(100 * used.program / single)} % of the time with one node"
    )

    Folders.clear([photos])
  end

  defp on_cluster(photos, nodes) do
    out = Folders.make("cluster")
    pids = [String.to_integer(System.pid()) | Enum.map(nodes, & &1.os_pid)]

    batch = %Batch{
      patterns: [photos],
      out: out,
      sizes: ["200"],
      jobs: 8,
      on: {:cluster, :bench},
      shared_storage: true
    }

    before = used(pids)
    milliseconds = Folders.time(fn -> {:ok, %{failed: 0}} = Batch.run(batch) end)
    used = Map.merge(used(pids), before, fn _what, later, earlier -> later - earlier end)
    Folders.clear([out])
    {milliseconds, used}
  end

  # Milliseconds of processor time of these processes and all below them.
  defp used(pids) do
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
