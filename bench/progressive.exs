# E: progressive JPEG to 200: the photo, and one of 24 megapixels.
#
#     script/bench progressive [--rounds N] [--quick]

alias Bench.{Comparison, Ours, Peers, Recipe, Settings, Source}

settings = Settings.read!(7)

contenders = [
  &Ours.start/1,
  &Ours.start(&1, speed: :fast),
  &Peers.sharp/1,
  &Peers.sharp(&1, fast_shrink: false),
  &Peers.nif/1,
  &Peers.pillow/1
]

rows =
  for {title, file} <- [{"6 MP", Source.photo(settings)}, {"24 MP", Source.large_photo(settings)}],
      recipe = %Recipe{files: [Source.progressive(file, settings)], outputs: [Recipe.output(200)]},
      row <- Comparison.run("progressive, #{title}, to 200", recipe, contenders, settings),
      do: row

Comparison.write(rows, "progressive", settings)
