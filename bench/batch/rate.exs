defmodule Bench.Rate do
  # The same images by make/3 from as many callers as keep two workers busy, and by a batch.

  alias Bench.Folders
  alias Thumbnailer.Batch

  @doc "Photos, of which the work is nearly all."
  def photos(root) do
    photos = Folders.photos(root)
    {made, batch, count} = compare(photos)

    Folders.tell(
      "rate",
      "#{count} photos to 200 px: make/3 #{per(made, count)} ms, batch #{per(batch, count)} ms for each; " <>
        "#{Float.round(made / batch, 3)} of the rate",
      "0.95"
    )

    Folders.clear([photos])
  end

  @doc "Small images, of which it is not."
  def overhead(root) do
    source = Path.join(root, "samples/images/quadrants.png")
    folder = Folders.links(Folders.make("small"), source, 3_000)
    {made, batch, count} = compare(folder)

    Folders.tell(
      "overhead",
      "#{count} images of 40x30: make/3 #{per(made, count)} ms, batch #{per(batch, count)} ms; " <>
        "#{per(batch - made, count)} ms more for each",
      "1 ms"
    )

    Folders.clear([folder])
  end

  defp compare(folder) do
    inputs = Path.wildcard(folder <> "/*")
    out = Folders.make("out")
    {:ok, instance} = Thumbnailer.start_link(name: Bench, workers: 2)
    inputs |> Enum.take(20) |> make(out)
    made = Folders.time(fn -> make(inputs, out) end)
    batch = %Batch{patterns: [folder], out: out, sizes: ["200"], jobs: 2, on: Bench}
    run = fn -> {:ok, %{failed: 0}} = Batch.run(%{batch | overwrite: :always}) end
    batch = Folders.time(run)
    Supervisor.stop(instance)
    Folders.clear([out])
    {made, batch, length(inputs)}
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

  defp per(milliseconds, count), do: Float.round(milliseconds / count, 2)
end
