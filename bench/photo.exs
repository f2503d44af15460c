# A: sharp's own benchmark, its photo to 720 x 588 and to 200, with all implementations.
#
#     script/bench photo [--rounds N] [--quick]

alias Bench.{Comparison, FullStack, Peers, Workload, Settings, Source}

settings = Settings.read!(11)
file = Source.photo(settings)

implementations = [
  &FullStack.start/1,
  &FullStack.start(&1, speed: :fast),
  &FullStack.start(&1, speed: :best),
  &FullStack.start(&1, by: :path),
  &Peers.bare_loop/1,
  &Peers.sharp/1,
  &Peers.sharp(&1, fast_shrink: false),
  &Peers.nif/1,
  &Peers.peer_nodes/1,
  &Peers.pillow/1,
  &Peers.vipsthumbnail/1,
  &Peers.imagemagick/1
]

rows =
  for {title, output} <- [
        {"720x588", Workload.output(720, height: 588, fit: :cover)},
        {"200", Workload.output(200, height: 200)}
      ],
      parallel <- if(settings.quick?, do: [2], else: [1, 2]),
      workload = %Workload{files: [file], outputs: [output], parallel: parallel},
      row <-
        Comparison.run(
          "photo to #{title}, #{parallel} at a time",
          workload,
          implementations,
          settings
        ),
      do: row

Comparison.write(rows, "photo", settings)
