defmodule Thumbnailer.Cluster.Discovery.GossipTest do
  # What comes on the port, by packets to this machine alone; what nodes do with it is in features/discovery_test.exs.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Cluster.Discovery.{Gossip, Heartbeat}

  @loopback {127, 0, 0, 1}
  @secret "a secret of some length"

  setup do
    {:ok, socket} = :gen_udp.open(0, [:binary])
    # A port that is free, as it was this one's.
    {:ok, other} = :gen_udp.open(0, [])
    {:ok, port} = :inet.port(other)
    :gen_udp.close(other)
    {:ok, socket: socket, port: port}
  end

  defp options(port, secret) do
    {:ok, gossip: options} =
      Thumbnailer.Options.Discovery.cast(gossip: [port: port, interface: @loopback])

    Keyword.put(options, :secret, secret)
  end

  test "of a flood at most 64 packets are read in a quarter of a second, and those are counted",
       %{socket: socket, port: port} do
    gossip = start_supervised!({Gossip, options(port, @secret)})
    began = System.monotonic_time(:millisecond)

    eventually(60_000, "300 packets were not read", fn ->
      for _packet <- 1..50, do: :ok = :gen_udp.send(socket, @loopback, port, "?")
      Gossip.counts(gossip).garbage >= 300
    end)

    # 64 at once and with each tick, of which the first may be near: the fifth comes no sooner.
    assert System.monotonic_time(:millisecond) - began >= 750
  end

  describe "without a secret" do
    setup do
      Thumbnailer.Nodes.name_server()
      paths = for path <- :code.get_path(), arg <- [~c"-pa", path], do: arg

      {:ok, peer, _node} =
        :peer.start_link(%{
          name: :peer.random_name(),
          host: ~c"127.0.0.1",
          longnames: true,
          connection: :standard_io,
          args: [~c"-setcookie", ~c"the_first_cookie"] ++ paths
        })

      {:ok, peer: peer}
    end

    test "the cookie of the node is it, also one that is set later", context do
      %{peer: peer, socket: socket, port: port} = context
      {:ok, gossip} = :peer.call(peer, GenServer, :start, [Gossip, options(port, nil)])

      # Old, so that they are told from the node's own, which it hears, too.
      then = System.system_time(:millisecond) - 86_400_000

      say = fn cookie ->
        packet = Heartbeat.encode(:"nobody@127.0.0.1", Heartbeat.key(cookie), then)
        :ok = :gen_udp.send(socket, @loopback, port, packet)
      end

      say.("another_cookie")
      say.("the_first_cookie")
      await_counts(peer, gossip, %{forged: 1, stale: 1})

      true = :peer.call(peer, Node, :set_cookie, [:another_cookie])
      for _twice <- 1..2, do: say.("the_first_cookie")
      say.("another_cookie")
      await_counts(peer, gossip, %{forged: 3, stale: 2})
    end
  end

  defp await_counts(peer, gossip, expected) do
    eventually(10_000, "the packets are not counted as #{inspect(expected)}", fn ->
      # One of its own may have been on its way with the cookie of before.
      counts = :peer.call(peer, Gossip, :counts, [gossip])
      counts.forged >= expected.forged and counts.stale >= expected.stale
    end)
  end
end
