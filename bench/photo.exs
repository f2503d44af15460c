# A: sharp's own benchmark, its photo to 720 x 588 and to 200, against whatever a user would pick instead.
#
#     script/bench photo [--rounds N] [--quick]

alias Bench.{Comparison, Ours, Peers, Recipe, Settings, Source}

settings = Settings.read!(11)
file = Source.photo(settings)

contenders = [
  &Ours.start/1,
  &Ours.start(&1, speed: :fast),
  &Ours.start(&1, speed: :best),
  &Ours.start(&1, by: :path),
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
        {"720x588", Recipe.output(720, height: 588, fit: :cover)},
        {"200", Recipe.output(200, height: 200)}
      ],
      parallel <- if(settings.quick?, do: [2], else: [1, 2]),
      recipe = %Recipe{files: [file], outputs: [output], parallel: parallel},
      row <-
        Comparison.run("photo to #{title}, #{parallel} at a time", recipe, contenders, settings),
      do: row

Comparison.write(rows, "photo", settings)
