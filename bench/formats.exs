# C: the photo as JPEG, PNG, WebP and AVIF, each to a WebP of 512, two at a time.
#
#     script/bench formats [--rounds N] [--quick]

alias Bench.{Comparison, FullStack, Peers, Workload, Settings, Source}

settings = Settings.read!(5)

implementations = [
  &FullStack.start/1,
  &FullStack.start(&1, speed: :fast),
  &Peers.sharp/1,
  &Peers.pillow/1
]

rows =
  for format <- [:jpeg, :png, :webp, :avif],
      photo = Source.photo(settings),
      file = if(format == :jpeg, do: photo, else: Source.converted(photo, format, settings)),
      workload = %Workload{
        files: [file],
        outputs: [Workload.output(512, format: :webp)],
        parallel: 2
      },
      # Debian's Pillow reads no AVIF.
      able = if(format == :avif, do: Enum.drop(implementations, -1), else: implementations),
      row <- Comparison.run("#{format} to 512, 2 at a time", workload, able, settings),
      do: row

Comparison.write(rows, "formats", settings)
