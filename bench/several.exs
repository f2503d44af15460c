# D: four sizes of the photo in two formats: one request to us, eight to the others; and the most expensive of the eight alone.
#
#     script/bench several [--rounds N] [--quick]

alias Bench.{Comparison, FullStack, Peers, Workload, Settings, Source}

settings = Settings.read!(5)

outputs =
  for side <- [1600, 800, 400, 200],
      format <- [:webp, :jpeg],
      do: Workload.output(side, format: format)

workload = %Workload{files: [Source.photo(settings)], outputs: outputs, parallel: 2}
largest = %{workload | outputs: [hd(outputs)]}

alone = fn _workload -> FullStack.start(largest, name: "ours, the largest alone") end

implementations = [
  &FullStack.start/1,
  alone,
  &FullStack.start(&1, speed: :fast),
  &Peers.sharp/1,
  &Peers.pillow/1
]

"photo to 1600, 800, 400, 200 as WebP and JPEG, 2 at a time"
|> Comparison.run(workload, implementations, settings)
|> Comparison.write("several", settings)
