# make/3 through the whole stack against what a worker does in a bare C++ loop: what the way to the image costs.
#
#     script/bench make [--rounds N] [--quick]

alias Bench.{Comparison, Ours, Peers, Recipe, Settings, Source}

settings = Settings.read!(11)
contenders = [&Peers.bare_loop/1, &Ours.start(&1, by: :path), &Ours.start(&1, by: :bytes)]

rows =
  for side <- [200, 720],
      parallel <- Enum.uniq([1, System.schedulers_online()]),
      recipe = %Recipe{
        files: [Source.photo(settings)],
        outputs: [Recipe.output(side)],
        parallel: parallel
      },
      row <-
        Comparison.run("photo to #{side}, #{parallel} at a time", recipe, contenders, settings),
      do: row

Comparison.write(rows, "make", settings)
