# The time of each stage of a thumbnail of the photo: perf (Debian: linux-perf) samples the bare loop, which does a worker's
# job. In milliseconds of processor time for an image.
#
#     script/bench profile [--rounds N] [--quick]

defmodule Bench.Profile do
  alias Bench.{Workload, Settings, Source}

  # By the name of the sampled function; the first match counts.
  @stages [
    {"Huffman decoding",
     ~r/BlockReader|BitReader|BlockCodes|CodeTable|SkipTable|_entr|HuffmanTable|decode_mcu/},
    {"inverse DCT", ~r/idct|to_half|to_quarter|ScanDecoder/},
    {"weights of the resampler", ~r/compute_filter|Filter::|RowMatrix|Matrix|_sin|nextafter/},
    {"resampling", ~r/zimg/},
    {"forward DCT, quantising", ~r/fdct|quantize|convsamp|forward_DCT/},
    {"Huffman encoding", ~r/HuffmanStatistics|encode_mcu|huff_encode|jpeg_gen_optimal|compress_/},
    {"all else", ~r//}
  ]

  def stages, do: Enum.map(@stages, &elem(&1, 0))

  @doc "Milliseconds of each stage, and the total."
  def measure(speed, output, settings) do
    workload = %Workload{files: [Source.photo(settings)], outputs: [output]}
    data = Path.join(Settings.folder(settings), "perf.data")
    images = settings.rounds

    command = ~S"""
    printf 'make %s\n' 20 "$1" | perf record -q -F 2000 -e cpu-clock -o "$2" -- "$3" 1 "$4" "$5"
    """

    loop = Path.join(settings.build, "bare_loop")
    request = Workload.request(workload, %{speed: speed})
    arguments = ["#{images}", data, loop, request | workload.files]
    {output, 0} = System.cmd("sh", ["-c", command, "sh" | arguments])
    [_ready, _warm_up, milliseconds] = String.split(output, "\n", trim: true)
    each = (milliseconds |> Float.parse() |> elem(0)) / images
    by_stage = Map.new(shares(data), fn {stage, share} -> {stage, share * each} end)
    Map.put(by_stage, "all", each)
  end

  defp shares(data) do
    arguments = ~w(report --stdio --no-children --sort symbol --percent-limit 0 -i) ++ [data]
    {report, 0} = System.cmd("perf", arguments, stderr_to_stdout: true)

    samples =
      for [_all, percent, symbol] <- Regex.scan(~r/^ +([\d.]+)% +\[.\] (.*)$/m, report),
          do: {stage(symbol), (percent |> Float.parse() |> elem(0)) / 100}

    Enum.reduce(samples, %{}, fn {stage, share}, shares ->
      Map.update(shares, stage, share, &(&1 + share))
    end)
  end

  defp stage(symbol),
    do: Enum.find_value(@stages, fn {stage, pattern} -> symbol =~ pattern && stage end)
end

alias Bench.{Profile, Workload, Settings, Table}

settings = Settings.read!(400)
large = Workload.output(720, height: 588, fit: :cover)
small = Workload.output(200)

columns = [
  fast_720: {:fast, large},
  balanced_720: {:balanced, large},
  fast_200: {:fast, small},
  balanced_200: {:balanced, small}
]

if System.find_executable("perf") do
  measured =
    for {column, {speed, output}} <- columns,
        do: {column, Profile.measure(speed, output, settings)}

  rows =
    for stage <- Profile.stages() ++ ["all"],
        do:
          Map.new(measured, fn {column, by_stage} -> {column, by_stage[stage] || 0.0} end)
          |> Map.put(:stage, stage)

  names = Keyword.keys(columns)

  Table.print([
    ["CPU ms" | Enum.map(names, &to_string/1)]
    | for(row <- rows, do: [row.stage | Enum.map(names, &Table.number(row[&1], 2))])
  ])

  Table.write("profile", [:stage | names], rows, settings)
else
  IO.puts("skipped: perf is not installed (Debian: linux-perf)")
end
