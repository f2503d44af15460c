# F: 10,000 small images of three formats, two at a time, by workers that are never replaced: does their memory grow?
#
#     script/bench soak [--quick]

alias Bench.{Settings, Source, Table, Usage}

settings = Settings.read!()
steps = if settings.quick?, do: 2, else: 10

{:ok, _instance} =
  Thumbnailer.start_link(name: Bench.Soak, workers: 2, max_images_per_worker: 1_000_000)

{:ok, %{os_pid: server}} = Thumbnailer.info(Bench.Soak)

images =
  for {photo, place} <- settings |> Source.photos() |> Enum.with_index(),
      format <- [:jpeg, :png, :webp] do
    {:ok, made} = Thumbnailer.make(photo, 160 + 10 * place, format: format, on: Bench.Soak)
    {:bytes, made.data}
  end

workers = Usage.children(server)

make = fn count ->
  images
  |> Stream.cycle()
  |> Stream.take(count)
  |> Thumbnailer.stream(100, on: Bench.Soak, max_concurrency: 4)
  |> Enum.each(fn {_source, {:ok, _thumbnail}} -> :ok end)
end

rows =
  for step <- 1..steps do
    {microseconds, :ok} = :timer.tc(fn -> make.(1000) end)
    # No worker may have been replaced.
    ^workers = Usage.children(server)

    %{
      images: 1000 * step,
      per_second: 1.0e9 / microseconds,
      workers_mb: (workers |> Enum.map(&Usage.resident/1) |> Enum.sum()) / 1_000_000,
      server_mb: Usage.resident(server) / 1_000_000
    }
  end

Table.print([
  ["images", "a second", "2 workers MB", "server MB"]
  | for(
      row <- rows,
      do: [
        Table.number(row.images, 0),
        Table.number(row.per_second, 0),
        Table.number(row.workers_mb, 1),
        Table.number(row.server_mb, 1)
      ]
    )
])

Table.write("soak", ~w(images per_second workers_mb server_mb)a, rows, settings)
