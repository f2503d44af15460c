# What a process for each image costs: the same image from an instance with isolation: :worker and one with
# isolation: :image, in turn, one at a time.
#
#     script/bench isolation [--rounds N]

{options, _rest} = OptionParser.parse!(System.argv(), strict: [rounds: :integer])
rounds = Keyword.get(options, :rounds, 300)

for isolation <- [:worker, :image] do
  {:ok, _instance} = Thumbnailer.start_link(name: isolation, workers: 2, isolation: isolation)
end

# A photograph of about 100 kB, made by the program itself.
corpus = System.get_env("THUMBNAILER_CORPUS", Path.expand("../../shared/corpus", __DIR__))
large = Path.join(corpus, "photos/sharp--2569067123_aca715a2ee_o.jpg")
sample = Path.expand("../samples/images/photo.jpg", __DIR__)
source = if File.exists?(large), do: large, else: sample
{:ok, %{data: photo}} = Thumbnailer.make(source, 900, format: :jpeg, quality: 80, on: :worker)

time = fn isolation ->
  {microseconds, {:ok, _thumbnail}} =
    :timer.tc(fn -> Thumbnailer.make({:bytes, photo}, 200, on: isolation) end)

  microseconds / 1000
end

for isolation <- [:worker, :image], _warm_up <- 1..20, do: time.(isolation)
times = for _round <- 1..rounds, do: {time.(:worker), time.(:image)}

percentile = fn list, share ->
  list |> Enum.sort() |> Enum.at(min(trunc(length(list) * share), length(list) - 1))
end

IO.puts(
  "#{byte_size(photo)} bytes of jpeg to 200 pixels, #{rounds} rounds in turn, milliseconds\n"
)

IO.puts("  isolation      p50      p95")

for {isolation, list} <- [
      worker: Enum.map(times, &elem(&1, 0)),
      image: Enum.map(times, &elem(&1, 1))
    ] do
  :io.format("  ~-9s ~8.2f ~8.2f~n", [isolation, percentile.(list, 0.5), percentile.(list, 0.95)])
end

extra = percentile.(for({worker, image} <- times, do: image - worker), 0.5)
:io.format("~n  extra for each image, p50 of the differences: ~.2f ms~n", [extra])
