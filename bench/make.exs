# make/3 through the whole stack against the same libvips calls in a bare C++ loop, side by side in one run.
#
#     script/bench [--rounds N]
#
# Each round measures every contender once, in turn, so that a change of the machine's pace meets them all alike;
# the table shows medians. A ratio says how long make/3 takes for each millisecond of the bare loop.

defmodule Bench.BareLoop do
  @moduledoc "The bare loop, which waits for numbers of images on its stdin."

  def start(program, file, side, processes) do
    arguments = [file, to_string(side), to_string(processes)]
    Port.open({:spawn_executable, program}, [:binary, {:line, 100}, args: arguments])
  end

  @doc "Milliseconds for `count` images."
  def run(port, count) do
    Port.command(port, "#{count}\n")

    receive do
      {^port, {:data, {:eol, line}}} -> line |> Float.parse() |> elem(0)
    end
  end
end

defmodule Bench.Make do
  @moduledoc "The whole stack."

  @doc "Milliseconds for `count` images, asked for by `callers` at a time."
  def run(source, side, callers, count) do
    {microseconds, :ok} = :timer.tc(fn -> make(source, side, callers, count) end)
    microseconds / 1000
  end

  defp make(source, side, callers, count) do
    share = div(count, callers)

    1..callers
    |> Enum.map(fn _caller ->
      Task.async(fn ->
        for _image <- 1..share, do: {:ok, _thumbnail} = Thumbnailer.make(source, side, on: Bench)
      end)
    end)
    |> Task.await_many(:infinity)

    :ok
  end
end

{options, _rest} = OptionParser.parse!(System.argv(), strict: [rounds: :integer])
rounds = Keyword.get(options, :rounds, 15)

build = System.fetch_env!("THUMBNAILER_BUILD")
root = Path.expand("..", __DIR__)
corpus = System.get_env("THUMBNAILER_CORPUS", Path.join(root, "../shared/corpus"))
benchmark_photo = Path.join(corpus, "photos/sharp--2569067123_aca715a2ee_o.jpg")

photo =
  if File.exists?(benchmark_photo) do
    benchmark_photo
  else
    IO.puts(
      "There is no #{benchmark_photo} (THUMBNAILER_CORPUS): measured with a small sample instead."
    )

    Path.join(root, "samples/images/photo.jpg")
  end

bytes = File.read!(photo)
workers = System.schedulers_online()
{:ok, _instance} = Thumbnailer.start_link(name: Bench, workers: workers)
{:ok, %{libvips: libvips}} = Thumbnailer.info(Bench)

median = fn list -> list |> Enum.sort() |> Enum.at(div(length(list), 2)) end

IO.puts("#{Path.basename(photo)}, #{byte_size(bytes)} bytes, jpeg to jpeg, quality 80")

IO.puts(
  "libvips #{libvips}, #{workers} workers, medians of #{rounds} rounds, milliseconds for each image\n"
)

IO.puts("  side  callers     bare   by path  ratio   by bytes  ratio")

for side <- [200, 720], callers <- Enum.uniq([1, workers]) do
  bare = Bench.BareLoop.start(Path.join(build, "bare_loop"), photo, side, callers)
  count = if side == 200, do: 24, else: 12

  contenders = [
    fn -> Bench.BareLoop.run(bare, count) end,
    fn -> Bench.Make.run(photo, side, callers, count) end,
    fn -> Bench.Make.run({:bytes, bytes}, side, callers, count) end
  ]

  Enum.each(contenders, & &1.())
  times = for _round <- 1..rounds, do: Enum.map(contenders, &(&1.() / count))

  # A ratio of each round, so that both of its halves were measured in the same seconds.
  ratio = fn index -> median.(for round <- times, do: Enum.at(round, index) / hd(round)) end

  [bare_ms, path_ms, bytes_ms] =
    for index <- 0..2, do: median.(Enum.map(times, &Enum.at(&1, index)))

  :io.format("~6w ~8w ~8.2f ~9.2f ~6.3f ~10.2f ~6.3f~n", [
    side,
    callers,
    bare_ms,
    path_ms,
    ratio.(1),
    bytes_ms,
    ratio.(2)
  ])

  Port.close(bare)
end
