# Where the time of a thumbnail goes in libvips: the stages of stages_bench.cpp on the photo, milliseconds of processor.
#
#     script/bench stages [--rounds N] [--quick]

alias Bench.{Settings, Source, Table}

settings = Settings.read!(5)

arguments = [
  Source.photo(settings),
  "--benchmark_format=csv",
  "--benchmark_min_time=#{settings.round_ms / 1000}",
  "--benchmark_repetitions=#{settings.rounds}",
  "--benchmark_enable_random_interleaving=true"
]

{output, 0} = System.cmd(Path.join(settings.build, "stages_bench"), arguments)

# name,iterations,real_time,cpu_time,time_unit,... in nanoseconds; each repetition, then mean, median and more.
rows =
  for line <- String.split(output, "\n"),
      [_all, stage, nanoseconds] <-
        [Regex.run(~r/^"(.*)\/process_time_median",[^,]*,[^,]*,([^,]+),ns/, line)],
      do: %{stage: stage, cpu_ms: (nanoseconds |> Float.parse() |> elem(0)) / 1.0e6}

Table.print([["", "CPU ms"] | for(row <- rows, do: [row.stage, Table.number(row.cpu_ms, 2)])])
Table.write("stages", ~w(stage cpu_ms)a, rows, settings)
