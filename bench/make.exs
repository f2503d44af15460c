# The overhead of the full stack: make/3 compared with a worker's job in a bare C++ loop.
#
#     script/bench make [--rounds N] [--quick]

alias Bench.{Comparison, FullStack, Peers, Workload, Settings, Source}

settings = Settings.read!(11)

implementations = [
  &Peers.bare_loop/1,
  &FullStack.start(&1, by: :path),
  &FullStack.start(&1, by: :bytes)
]

rows =
  for side <- [200, 720],
      parallel <- Enum.uniq([1, System.schedulers_online()]),
      workload = %Workload{
        files: [Source.photo(settings)],
        outputs: [Workload.output(side)],
        parallel: parallel
      },
      row <-
        Comparison.run(
          "photo to #{side}, #{parallel} at a time",
          workload,
          implementations,
          settings
        ),
      do: row

Comparison.write(rows, "make", settings)
