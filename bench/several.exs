# D: four sizes in two formats of the photo: one request to us, eight to the others; and what the dearest of the eight
# costs alone.
#
#     script/bench several [--rounds N] [--quick]

alias Bench.{Comparison, Ours, Peers, Recipe, Settings, Source}

settings = Settings.read!(5)

outputs =
  for side <- [1600, 800, 400, 200],
      format <- [:webp, :jpeg],
      do: Recipe.output(side, format: format)

recipe = %Recipe{files: [Source.photo(settings)], outputs: outputs, parallel: 2}
largest = %{recipe | outputs: [hd(outputs)]}

alone = fn _recipe -> Ours.start(largest, name: "ours, the largest alone") end

contenders = [
  &Ours.start/1,
  alone,
  &Ours.start(&1, speed: :fast),
  &Peers.sharp/1,
  &Peers.pillow/1
]

"photo to 1600, 800, 400, 200 as WebP and JPEG, 2 at a time"
|> Comparison.run(recipe, contenders, settings)
|> Comparison.write("several", settings)
