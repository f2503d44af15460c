defmodule Chaos.Census do
  # What there is of everything that could be left behind.

  alias Chaos.{Load, Processes}

  @doc "The census of an instance at rest, or what is not at rest after two seconds."
  def settled(on, workers) do
    # Reading /proc and starting `kill` have ended processes and ports of their own.
    wait(fn -> take(on) end, workers, System.monotonic_time(:millisecond) + 2_000, nil)
  end

  # Twice the same, with the pool whole and nothing in it.
  defp wait(take, workers, until, last) do
    census = take.()
    resting? = census.workers == workers and census.memfds == 0 and census == last

    if resting? or System.monotonic_time(:millisecond) > until do
      census
    else
      Process.sleep(50)
      wait(take, workers, until, census)
    end
  end

  defp take(on) do
    front = Processes.front(on)
    workers = Processes.workers(front)
    {front_descriptors, front_memfds} = Processes.descriptors(front)
    {beam_descriptors, _none} = Processes.descriptors("self")

    %{
      "BEAM processes": length(Process.list()),
      "BEAM ports": length(Port.list()),
      "BEAM descriptors": beam_descriptors,
      "front's descriptors": front_descriptors,
      memfds:
        front_memfds + Enum.sum(for worker <- workers, do: elem(Processes.descriptors(worker), 1)),
      workers: Enum.count(workers, &Processes.alive?/1)
    }
  end

  @points 10

  @doc "Looks at the memory of everything ten times until the load or the time is over."
  def watch(on, load, ends_at) do
    started = System.monotonic_time(:millisecond)
    points = watch(on, load, ends_at, started, [])
    %{faults: %{}, recoveries: [], late: [], wrong: [], memory: points}
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
    front = Processes.front(on)
    workers = front |> Processes.workers() |> Enum.map(&Processes.resident/1) |> Enum.sum()

    %{
      images: asked,
      beam: Processes.resident("self"),
      front: Processes.resident(front),
      workers: workers
    }
  end
end
