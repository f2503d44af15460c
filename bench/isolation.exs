# The cost of one process for each image: the same image with isolation: :worker and with isolation: :image, in turns, one at
# a time.
#
#     script/bench isolation [--rounds N] [--quick]

alias Bench.{Settings, Source, Table}

settings = Settings.read!(300)
rounds = settings.rounds

for isolation <- [:worker, :image] do
  {:ok, _instance} = Thumbnailer.start_link(name: isolation, workers: 2, isolation: isolation)
end

# A photograph of about 100 kB, made by the program itself.
{:ok, %{data: photo}} =
  Thumbnailer.make(Source.photo(settings), 900, format: :jpeg, quality: 80, on: :worker)

time = fn isolation ->
  {microseconds, {:ok, _thumbnail}} =
    :timer.tc(fn -> Thumbnailer.make({:bytes, photo}, 200, on: isolation) end)

  microseconds / 1000
end

for isolation <- [:worker, :image], _warm_up <- 1..20, do: time.(isolation)
times = for _round <- 1..rounds, do: {time.(:worker), time.(:image)}

percentile = fn list, share ->
  list |> Enum.sort() |> Enum.at(min(trunc(length(list) * share), length(list) - 1))
end

IO.puts(
  "#{byte_size(photo)} bytes of jpeg to 200 pixels, #{rounds} rounds in turn, milliseconds\n"
)

columns = [worker: Enum.map(times, &elem(&1, 0)), image: Enum.map(times, &elem(&1, 1))]

rows =
  for {isolation, list} <- columns,
      do: %{isolation: isolation, p50_ms: percentile.(list, 0.5), p95_ms: percentile.(list, 0.95)}

Table.print([
  ["isolation", "p50", "p95"]
  | for(
      row <- rows,
      do: ["#{row.isolation}", Table.number(row.p50_ms, 2), Table.number(row.p95_ms, 2)]
    )
])

extra = percentile.(for({worker, image} <- times, do: image - worker), 0.5)
IO.puts("extra for each image, p50 of the differences: #{Table.number(extra, 2)} ms\n")
Table.write("isolation", ~w(isolation p50_ms p95_ms)a, rows, settings)
