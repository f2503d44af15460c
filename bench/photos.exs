# B: every photograph of the corpus, 2 to 49 megapixels, to 512, two at a time. A round makes all of them once.
#
#     script/bench photos [--rounds N] [--quick]

alias Bench.{Comparison, FullStack, Peers, Workload, Settings, Source}

settings = Settings.read!(5)

implementations = [
  &FullStack.start/1,
  &FullStack.start(&1, speed: :fast),
  &FullStack.start(&1, by: :path),
  &Peers.sharp/1,
  &Peers.sharp(&1, fast_shrink: false),
  &Peers.nif/1,
  &Peers.pillow/1
]

workload = %Workload{files: Source.photos(settings), outputs: [Workload.output(512)], parallel: 2}

"photos to 512, 2 at a time"
|> Comparison.run(workload, implementations, settings)
|> Comparison.write("photos", settings)
