# The round trip to the program and back without any work, all in one run:
#
#     script/bench ping [--rounds N] [--quick]
#
# Everything runs on one processor. Otherwise the time depends on whether the kernel has to wake another processor: 12 or 35 us
# for the same implementation.
#
# cat behind an Erlang port is the lower bound: two pipes and one process that copies. `:peer` over standard_io is OTP's own
# solution for the same purpose. Each round measures every implementation once, so a change in the machine's speed affects all
# of them.

defmodule Bench.Ping do
  @pings 50

  @doc "A port, and a function that sends a term through it and back."
  def bare(program, arguments) do
    port = open(program, arguments)
    payload = :erlang.term_to_binary({:ping, 1})

    fn ->
      Port.command(port, payload)
      receive do: ({^port, {:data, answer}} -> :erlang.binary_to_term(answer))
    end
  end

  @doc "Like `bare/2`, for a program that sends a hello first."
  def greeted(program, arguments) do
    ping = bare(program, arguments)
    receive do: ({_port, {:data, _hello}} -> ping)
  end

  defp open(program, arguments),
    do: Port.open({:spawn_executable, program}, [:binary, packet: 4, args: arguments])

  @doc "Microseconds of each call of a series."
  def round(call) do
    for _ <- 1..@pings do
      begin = System.monotonic_time(:nanosecond)
      call.()
      (System.monotonic_time(:nanosecond) - begin) / 1000
    end
  end

  def percentile(sorted, share), do: Enum.at(sorted, floor(length(sorted) * share))
end

alias Bench.{PeerNode, Settings, Table}

settings = Settings.read!(300)
# Ports are opened by a child of the BEAM.
own = System.pid()

for pid <- [own | String.split(File.read!("/proc/#{own}/task/#{own}/children"))] do
  {_said, 0} = System.cmd("taskset", ["--all-tasks", "--cpu-list", "--pid", "0", pid])
end

{:ok, program} = Thumbnailer.Port.Executable.find(nil)
{:ok, instance} = Thumbnailer.start_link(name: Bench.Thumbs)

peer = PeerNode.start()

implementations = [
  {"cat behind a port", Bench.Ping.bare(System.find_executable("cat"), [])},
  {"thumbnailer echo behind a port", Bench.Ping.bare(program, ["echo"])},
  {"a ping to thumbnailer behind a port", Bench.Ping.greeted(program, [])},
  {"Thumbnailer.ping/1", fn -> :ok = Thumbnailer.ping(Bench.Thumbs) end},
  {"a call to a pooled :peer", fn -> <<>> = PeerNode.call(peer, :echo, [<<>>]) end}
]

for {_name, call} <- implementations, do: Bench.Ping.round(call)

times =
  for _round <- 1..settings.rounds, {name, call} <- implementations, reduce: %{} do
    times -> Map.update(times, name, Bench.Ping.round(call), &(Bench.Ping.round(call) ++ &1))
  end

[{floor, _call} | _rest] = implementations
at_least = times[floor] |> Enum.sort() |> Bench.Ping.percentile(0.5)

rows =
  for {name, _call} <- implementations do
    sorted = Enum.sort(times[name])
    [p50, p99] = for share <- [0.5, 0.99], do: Bench.Ping.percentile(sorted, share)
    %{implementation: name, p50_us: p50, p99_us: p99, ratio: p50 / at_least}
  end

Table.print([
  ["", "p50 us", "p99 us", "ratio of p50"]
  | for(
      row <- rows,
      do: [
        row.implementation,
        Table.number(row.p50_us, 1),
        Table.number(row.p99_us, 1),
        Table.number(row.ratio, 2)
      ]
    )
])

Table.write("ping", ~w(implementation p50_us p99_us ratio)a, rows, settings)
for port <- Port.list(), Port.info(port, :connected) == {:connected, self()}, do: Port.close(port)
PeerNode.stop(peer)
Supervisor.stop(instance)
