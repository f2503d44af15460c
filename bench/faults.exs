# G: two callers with good images, and a third whose images are good, crash their worker, or hang until their deadline.
# Measures how much the two callers lose.
#
#     script/bench faults [--rounds N] [--quick]

alias Bench.{Rounds, Settings, Source, Table}

defmodule Bench.Faults do
  @callers 2
  # The timeout of an image that hangs, in milliseconds.
  @deadline 1_000

  @doc "Images a second of two callers while the third repeats its action; and the rate of the third."
  def run(photo, third, milliseconds) do
    ends_at = System.monotonic_time(:millisecond) + milliseconds
    other = Task.async(fn -> repeat(third, ends_at, 0) end)
    good = fn -> {:ok, _thumbnail} = Thumbnailer.make({:bytes, photo}, 200, on: __MODULE__) end

    made =
      1..@callers
      |> Enum.map(fn _caller -> Task.async(fn -> repeat(good, ends_at, 0) end) end)
      |> Task.await_many(:infinity)
      |> Enum.sum()

    {1000 * made / milliseconds, 1000 * Task.await(other, :infinity) / milliseconds}
  end

  defp repeat(call, ends_at, count) do
    if System.monotonic_time(:millisecond) < ends_at do
      call.()
      repeat(call, ends_at, count + 1)
    else
      count
    end
  end

  @doc "Sends an image that makes its worker run into `fault` (test/faults/faults.h), and expects the reason."
  def fault(photo, fault, reason) do
    source = {:bytes, ["fault:", fault, "@decode\n" | photo]}

    fn ->
      {:error, %{reason: ^reason}} =
        Thumbnailer.make(source, 200, on: __MODULE__, timeout: @deadline)
    end
  end
end

settings = Settings.read!(7)
photo = settings |> Source.photo() |> File.read!()
executable = Path.join(settings.build, "thumbnailer_faulty")

{:ok, _instance} =
  Thumbnailer.start_link(name: Bench.Faults, workers: 3, poison_after: 0, executable: executable)

thirds = [
  {"makes good images",
   fn -> {:ok, _thumbnail} = Thumbnailer.make({:bytes, photo}, 200, on: Bench.Faults) end},
  {"crashes (SIGSEGV)", Bench.Faults.fault(photo, "segv", :crashed)},
  {"hangs (sleeps)", Bench.Faults.fault(photo, "sleep", :timeout)},
  {"hangs (computes)", Bench.Faults.fault(photo, "spin", :timeout)}
]

milliseconds = max(4 * settings.round_ms, 400)
for {_what, third} <- thirds, do: Bench.Faults.run(photo, third, milliseconds)

rounds =
  for _round <- 1..settings.rounds,
      do: for({_what, third} <- thirds, do: Bench.Faults.run(photo, third, milliseconds))

rows =
  for {{what, _third}, place} <- Enum.with_index(thirds) do
    mine = Enum.map(rounds, &Enum.at(&1, place))

    %{
      third: what,
      per_second: mine |> Enum.map(&elem(&1, 0)) |> Rounds.median(),
      third_per_second: mine |> Enum.map(&elem(&1, 1)) |> Rounds.median(),
      ratio:
        rounds |> Enum.map(&(elem(Enum.at(&1, place), 0) / elem(hd(&1), 0))) |> Rounds.median()
    }
  end

IO.puts("medians of #{settings.rounds} rounds")

Table.print([
  ["the third caller", "its calls a second", "images/s of the two others", "beside a good one"]
  | for(
      row <- rows,
      do: [
        row.third,
        Table.number(row.third_per_second, 1),
        Table.number(row.per_second, 1),
        Table.number(row.ratio, 2)
      ]
    )
])

Table.write("faults", ~w(third third_per_second per_second ratio)a, rows, settings)
