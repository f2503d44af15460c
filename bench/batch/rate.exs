defmodule Bench.Rate do
  # The same images by make/3 from as many callers as keep two workers busy, and by a batch, in turns: the medians of
  # five rounds.

  alias Bench.{Folders, Processors}
  alias Thumbnailer.Batch

  @rounds 5

  @doc "Photos, of which the work is nearly all."
  def photos(root) do
    photos = Folders.photos(root)
    %{rate: rate} = measured = compare(photos)
    figure = "photos to 200 px: #{words(measured)}; #{Float.round(rate, 3)} of the rate"
    Folders.tell("rate", figure, "0.95")
    Folders.clear([photos])
  end

  @doc "Small images, of which it is not."
  def overhead(root) do
    source = Path.join(root, "samples/images/quadrants.png")
    folder = Folders.links(Folders.make("small"), source, 1_000)
    %{more: more} = measured = compare(folder)
    figure = "images of 40x30: #{words(measured)}; #{Float.round(more, 2)} ms more for each"
    Folders.tell("overhead", figure, "1 ms")
    Folders.clear([folder])
  end

  defp words(%{count: count, make: make, batch: batch}) do
    [make, batch] =
      for ways <- [make, batch],
          do: "#{Float.round(ways.ms, 2)} ms (processors: #{Float.round(ways.cpu_ms, 2)} ms)"

    "#{count} of them: make/3 #{make}, batch #{batch} for each"
  end

  defp compare(folder) do
    inputs = Path.wildcard(folder <> "/*")
    count = length(inputs)
    out = Folders.make("out")
    {:ok, instance} = Thumbnailer.start_link(name: Bench, workers: 2)
    inputs |> Enum.take(20) |> make(out)

    rounds =
      for _round <- 1..@rounds do
        make = measure(count, fn -> make(inputs, out) end)
        {make, measure(count, fn -> batch(folder, out) end)}
      end

    Supervisor.stop(instance)
    Folders.clear([out])
    {makes, batches} = Enum.unzip(rounds)

    %{
      count: count,
      make: medians(makes),
      batch: medians(batches),
      rate: median(for {make, batch} <- rounds, do: make.ms / batch.ms),
      more: median(for {make, batch} <- rounds, do: batch.ms - make.ms)
    }
  end

  defp measure(count, act) do
    pids = [String.to_integer(System.pid())]
    before = Processors.used(pids)
    milliseconds = Folders.time(act)
    %{ms: milliseconds / count, cpu_ms: Processors.since(before, pids).all / count}
  end

  defp medians(ways), do: %{ms: median_of(ways, & &1.ms), cpu_ms: median_of(ways, & &1.cpu_ms)}
  defp median_of(ways, field), do: ways |> Enum.map(field) |> median()
  defp median(numbers), do: numbers |> Enum.sort() |> Enum.at(div(@rounds, 2))

  # make/3 has made the same names before, which are nobody's to a journal.
  defp batch(folder, out) do
    {:ok, %{failed: 0}} =
      Batch.run(folder, out: out, sizes: ["200"], jobs: 2, on: Bench, overwrite: :any)
  end

  defp make(inputs, out) do
    inputs
    |> Task.async_stream(
      &({:ok, _} = Thumbnailer.make(&1, 200, to: Path.join(out, Path.basename(&1)), on: Bench)),
      max_concurrency: 4,
      ordered: false,
      timeout: :infinity
    )
    |> Stream.run()
  end
end
