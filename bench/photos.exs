# B: every photograph of the corpus, 2 to 49 megapixels, to 512, two at a time. A round is all of them once.
#
#     script/bench photos [--rounds N] [--quick]

alias Bench.{Comparison, Ours, Peers, Recipe, Settings, Source}

settings = Settings.read!(5)

contenders = [
  &Ours.start/1,
  &Ours.start(&1, speed: :fast),
  &Ours.start(&1, by: :path),
  &Peers.sharp/1,
  &Peers.sharp(&1, fast_shrink: false),
  &Peers.nif/1,
  &Peers.pillow/1
]

recipe = %Recipe{files: Source.photos(settings), outputs: [Recipe.output(512)], parallel: 2}

"photos to 512, 2 at a time"
|> Comparison.run(recipe, contenders, settings)
|> Comparison.write("photos", settings)
