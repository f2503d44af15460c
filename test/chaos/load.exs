defmodule Chaos.Load do
  # Callers that ask one thing after the other and judge each answer. Half of them take it as a message, which shows
  # whether it comes twice; every fourth has it written to a file.

  alias Chaos.Catalogue
  alias Thumbnailer.{Error, Thumbnail}

  # Longer than any answer may take: what has not come by then is lost.
  @lost 30_000

  def start(catalogue, folder, callers, images) do
    # Ends of the load: a number of images that all callers share, and a word.
    left = :counters.new(2, [])
    if images, do: :counters.put(left, 1, images)
    state = %{catalogue: catalogue, folder: folder, left: left, bounded?: images != nil}

    %{
      tasks: for(n <- 1..callers, do: Task.async(fn -> ask(state, n, %{}) end)),
      left: left,
      bounded?: images != nil
    }
  end

  @doc "How many images were asked for, and whether all that were wanted were."
  def progress(%{left: left, bounded?: bounded?}),
    do: {:counters.get(left, 2), bounded? and :counters.get(left, 1) <= 0}

  @doc "Ends the load and yields all callers' counts, by what became of their requests."
  def stop(%{tasks: tasks}) do
    for task <- tasks, do: send(task.pid, :stop)
    tasks |> Task.await_many(2 * @lost) |> Enum.reduce(&merge/2)
  end

  defp merge(one, other),
    do: Map.merge(one, other, fn key, a, b -> if key == :longest, do: max(a, b), else: a + b end)

  defp ask(state, n, counts) do
    receive do
      :stop -> count(counts, :double, leftovers(0))
    after
      0 ->
        if more?(state),
          do: ask(state, n, once(state, n, counts)),
          else: count(counts, :double, leftovers(0))
    end
  end

  defp more?(%{bounded?: false, left: left}), do: :counters.add(left, 2, 1) == :ok

  defp more?(%{left: left}) do
    :counters.sub(left, 1, 1)
    :counters.get(left, 1) >= 0 and :counters.add(left, 2, 1) == :ok
  end

  # Answers to what was answered already.
  defp leftovers(count) do
    receive do
      {ref, _result} when is_reference(ref) -> leftovers(count + 1)
    after
      100 -> count
    end
  end

  defp once(state, n, counts) do
    job = Catalogue.pick(state.catalogue)

    to =
      if rem(n, 4) == 0,
        do: [to: Path.join(state.folder, "#{n}.#{rem(:rand.uniform(99), 3)}.png")],
        else: []

    # A file has the format of its name, so its job has to be one of a PNG.
    job = if to != [], do: png(state.catalogue), else: job
    started = System.monotonic_time(:millisecond)
    result = request(rem(n, 2), job, [on: Chaos] ++ to)
    took = System.monotonic_time(:millisecond) - started

    counts
    |> count(:asked, 1)
    |> count(check_answer(result, job, state.catalogue), 1)
    |> Map.update(:longest, took, &max(&1, took))
  end

  defp png(catalogue) do
    job = Catalogue.pick(catalogue)
    if is_binary(job.source) and Path.extname(job.source) == ".png", do: job, else: png(catalogue)
  end

  defp request(0, job, opts), do: Thumbnailer.make(job.source, job.size, opts ++ job.options)

  defp request(1, job, opts) do
    ref = Thumbnailer.async(job.source, job.size, opts ++ job.options)

    receive do
      {^ref, result} -> result
    after
      @lost -> :lost
    end
  end

  defp check_answer({:ok, %Thumbnail{path: nil, data: data}}, job, catalogue),
    do: compare(data, job, catalogue)

  # Others write to the file, too, but whatever is there is whole: looked at here, and at the end.
  defp check_answer({:ok, %Thumbnail{path: path}}, _job, catalogue) do
    if Catalogue.knows?(catalogue, Catalogue.hash(File.read!(path))), do: :served, else: :wrong
  end

  defp check_answer({:error, %Error{reason: reason}}, _job, _catalogue), do: reason
  defp check_answer(:lost, _job, _catalogue), do: :lost

  defp compare(data, job, catalogue) do
    hash = Catalogue.hash(data)

    cond do
      hash == job.hash -> :served
      Catalogue.knows?(catalogue, hash) -> :crossed
      true -> :wrong
    end
  end

  defp count(counts, key, more), do: Map.update(counts, key, more, &(&1 + more))
end
