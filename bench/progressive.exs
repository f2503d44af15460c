# E: progressive JPEG to 200: the photo, and one of 24 megapixels.
#
#     script/bench progressive [--rounds N] [--quick]

alias Bench.{Comparison, FullStack, Peers, Workload, Settings, Source}

settings = Settings.read!(7)

implementations = [
  &FullStack.start/1,
  &FullStack.start(&1, speed: :fast),
  &Peers.sharp/1,
  &Peers.sharp(&1, fast_shrink: false),
  &Peers.nif/1,
  &Peers.pillow/1
]

rows =
  for {title, file} <- [{"6 MP", Source.photo(settings)}, {"24 MP", Source.large_photo(settings)}],
      workload = %Workload{
        files: [Source.progressive(file, settings)],
        outputs: [Workload.output(200)]
      },
      row <- Comparison.run("progressive, #{title}, to 200", workload, implementations, settings),
      do: row

Comparison.write(rows, "progressive", settings)
