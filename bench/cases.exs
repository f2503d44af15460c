# H: rarer formats and options, ours beside sharp: the photo into a box of 512, two at a time.
#
#     script/bench cases [--rounds N] [--quick]

alias Bench.{Cases, Comparison, FullStack, Peers, Workload, Settings, Source, Table}

settings = Settings.read!(5)
photo = Source.photo(settings)
implementations = [&FullStack.start/1, &Peers.sharp/1]

# A quarter of the width of the thumbnail, which is the default of ours, so that neither scales it.
with_overlay = fn options ->
  if options[:overlay],
    do: Keyword.put(options, :overlay, Source.overlay(128, settings)),
    else: options
end

rows =
  for {title, variant, options, _wanted} <- Cases.all(),
      workload = %Workload{
        files: [Source.variant(photo, variant, settings)],
        outputs: [Workload.output(512, with_overlay.(options))],
        parallel: 2
      },
      row <- Comparison.run(title, workload, implementations, settings),
      do: row

Comparison.write(rows, "cases", settings)
rows = Comparison.read("cases", settings)
if table = Cases.table(rows), do: Table.print(table)
