# The cost of leaving the BEAM: a NIF in this process, a new `:peer` node for each call, a pooled one, and our port; for a term
# that is returned unchanged and for thumbnails to 200, with growing numbers of bytes. One call at a time.
#
#     script/bench crossing [--rounds N] [--quick]
#
# This is the table of github.com/rudebono/elixir-nif-peer-example, with a payload.

alias Bench.{PeerNode, Rounds, Settings, Source, Table, VipsNif}

defmodule Bench.Crossing do
  @doc "A port that echoes each frame."
  def echo do
    {:ok, program} = Thumbnailer.Port.Executable.find(nil)
    port = Port.open({:spawn_executable, program}, [:binary, packet: 4, args: ["echo"]])

    fn bytes ->
      Port.command(port, :erlang.term_to_binary(bytes))
      receive do: ({^port, {:data, answer}} -> :erlang.binary_to_term(answer))
    end
  end

  @doc "Microseconds of each call, for 1 to 200 calls that take about `enough` milliseconds together."
  def time(call, enough) do
    first = once(call)
    count = min(200, max(1, round(1000 * enough / first)))
    for _call <- 1..count, do: once(call)
  end

  defp once(call) do
    begin = System.monotonic_time(:nanosecond)
    call.()
    max(System.monotonic_time(:nanosecond) - begin, 1) / 1000
  end

  @doc "The time of each way, measured in turns; a row for each. A way that takes over a second gets one turn."
  def measure(what, bytes, ways, settings) do
    ways = for {way, call} <- ways, do: {way, call, once(call) > 1_000_000}
    enough = settings.round_ms / 5

    rounds =
      for round <- 1..settings.rounds,
          do:
            for(
              {way, call, slow?} <- ways,
              round == 1 or not slow?,
              do: {way, Rounds.median(time(call, enough))}
            )

    for {way, _call, _slow?} <- ways do
      times = for round <- rounds, {^way, microseconds} <- round, do: microseconds
      %{what: what, bytes: bytes, way: way, us: Rounds.median(times)}
    end
  end
end

settings = Settings.read!(7)
file = Source.photo(settings)
peer = PeerNode.start()
{:ok, _instance} = Thumbnailer.start_link(name: Bench.Crossing, workers: 1)
echo = Bench.Crossing.echo()

no_operation =
  for size <- [0, 1_000, 100_000, 1_000_000, 10_000_000],
      size < 10_000_000 or not settings.quick? do
    bytes = :binary.copy("x", size)

    # A call without bytes is a ping.
    port =
      if size == 0,
        do: fn -> :ok = Thumbnailer.ping(Bench.Crossing) end,
        else: fn -> echo.(bytes) end

    ways = [
      {"NIF in the BEAM", fn -> VipsNif.echo(bytes) end},
      {"our port", port},
      {"pooled :peer", fn -> PeerNode.call(peer, :echo, [bytes]) end},
      {"new :peer", fn -> PeerNode.call_new(:echo, [bytes]) end}
    ]

    Bench.Crossing.measure("nothing", size, ways, settings)
  end

large = Source.converted(Source.large_photo(settings), :jpeg, settings)
small = Path.join(Settings.folder(settings, "sources"), "small.jpg")
{:ok, _thumbnail} = Thumbnailer.make(file, 320, to: small, on: Bench.Crossing)

thumbnails =
  for source <- [small, file | if(settings.quick?, do: [], else: [large])] do
    bytes = File.read!(source)
    arguments = [bytes, 200, 200, 0, 80]

    ways = [
      {"NIF in the BEAM", fn -> VipsNif.thumbnail(bytes, 200, 200, 0, 80) end},
      {"our port",
       fn -> {:ok, _made} = Thumbnailer.make({:bytes, bytes}, 200, on: Bench.Crossing) end},
      {"our port, by path",
       fn -> {:ok, _made} = Thumbnailer.make(source, 200, on: Bench.Crossing) end},
      {"pooled :peer", fn -> PeerNode.call(peer, :thumbnail, arguments) end},
      {"new :peer", fn -> PeerNode.call_new(:thumbnail, arguments) end}
    ]

    Bench.Crossing.measure("a thumbnail", byte_size(bytes), ways, settings)
  end

rows = List.flatten(no_operation ++ thumbnails)
PeerNode.stop(peer)

IO.puts("microseconds for a call, medians of #{settings.rounds} rounds")

Table.print([
  ["", "bytes", "way", "us"]
  | for(row <- rows, do: [row.what, Table.number(row.bytes, 0), row.way, Table.number(row.us, 1)])
])

Table.write("crossing", ~w(what bytes way us)a, rows, settings)
