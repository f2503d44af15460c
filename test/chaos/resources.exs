defmodule Chaos.Resources do
  # What there is of everything that could be left behind.

  alias Chaos.{Load, Processes}

  @doc "The resources of an instance at rest, or what is not at rest after two seconds."
  def at_rest(on, workers) do
    # Reading /proc and starting `kill` have ended processes and ports of their own.
    wait(fn -> take(on) end, workers, System.monotonic_time(:millisecond) + 2_000, nil)
  end

  # Twice the same, with the pool whole and nothing in it.
  defp wait(take, workers, until, last) do
    resources = take.()
    # Processes that write files end when they have had nothing to do for a while.
    idle? =
      resources.workers == workers and resources.processes == workers + 1 and
        resources.memfds == 0 and resources == last

    if idle? or System.monotonic_time(:millisecond) > until do
      resources
    else
      Process.sleep(50)
      wait(take, workers, until, resources)
    end
  end

  defp take(on) do
    server = Processes.server(on)
    workers = Processes.workers(server)
    {server_descriptors, server_memfds} = Processes.descriptors(server)
    {beam_descriptors, _none} = Processes.descriptors("self")

    %{
      "BEAM processes": length(Process.list()),
      "BEAM ports": length(Port.list()),
      "BEAM descriptors": beam_descriptors,
      "server's descriptors": server_descriptors,
      memfds:
        server_memfds +
          Enum.sum(for worker <- workers, do: elem(Processes.descriptors(worker), 1)),
      workers: Enum.count(workers, &Processes.alive?/1),
      processes: length(Processes.children(server))
    }
  end

  @points 10

  @doc "Looks at the memory of everything ten times until the load or the time is over."
  def watch(on, load, ends_at) do
    started = System.monotonic_time(:millisecond)
    points = watch(on, load, ends_at, started, [])
    %{faults: %{}, recoveries: [], slow: [], wrong: [], memory: points}
  end

  # Points are spread over the images where their number is known, else over the time.
  defp watch(on, load, ends_at, started, points) do
    Process.sleep(200)
    {asked, done?} = Load.progress(load)
    now = System.monotonic_time(:millisecond)
    over? = done? or now >= ends_at
    part = max(share(load, asked), (now - started) / (ends_at - started))

    points =
      if over? or part * @points >= length(points) + 1,
        do: points ++ [point(on, asked)],
        else: points

    if over?, do: points, else: watch(on, load, ends_at, started, points)
  end

  defp share(%{bounded?: false}, _asked), do: 0.0
  defp share(%{left: left}, asked), do: asked / max(asked + :counters.get(left, 1), 1)

  defp point(on, asked) do
    server = Processes.server(on)
    workers = server |> Processes.workers() |> Enum.map(&Processes.resident/1) |> Enum.sum()

    %{
      images: asked,
      beam: Processes.resident("self"),
      server: Processes.resident(server),
      workers: workers
    }
  end
end
