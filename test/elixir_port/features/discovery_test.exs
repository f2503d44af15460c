defmodule Thumbnailer.Features.DiscoveryTest do
  # Nodes in networks of their own on one bridge, that come, go and lie; nobody connects them.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures
  import Thumbnailer.Nodes, only: [await_members: 2, ip: 1]

  alias Thumbnailer.{Cluster, Nodes}
  alias Thumbnailer.Cluster.Discovery.{Gossip, Heartbeat}

  @id rem(String.to_integer(System.pid()), 100_000)
  @bridge "thb#{@id}"
  @allowed System.find_executable("ip") != nil and
             match?(
               {_, 0},
               System.cmd(
                 "sh",
                 [
                   "-c",
                   "ip netns add #{@bridge}p && ip link add #{@bridge} type bridge; s=$?; ip link del #{@bridge}; ip netns del #{@bridge}p; exit $s"
                 ],
                 stderr_to_stdout: true
               )
             )

  @moduletag :real
  @moduletag timeout: 240_000
  @moduletag skip:
               if(@allowed, do: false, else: "network namespaces and bridges are not allowed here")

  @here {10, 231, 78, 1}
  @gossip [secret: "of some length, for all three", port: 45_786]
  @group {239, 192, 77, 85}

  setup do
    on_exit(&clear_network/0)
    ip("link add #{@bridge} type bridge mcast_snooping 0")
    ip("addr add 10.231.78.1/24 dev #{@bridge}")
    ip("link set #{@bridge} up")
    for n <- [2, 3], do: add_network(n)
    Nodes.distribute()
  end

  defp add_network(n) do
    ip("netns add #{@bridge}-#{n}")
    ip("link add #{@bridge}v#{n} type veth peer name eth0 netns #{@bridge}-#{n}")
    ip("link set #{@bridge}v#{n} master #{@bridge}")
    ip("link set #{@bridge}v#{n} up")
    ip("-n #{@bridge}-#{n} addr add 10.231.78.#{n}/24 dev eth0")
    ip("-n #{@bridge}-#{n} link set eth0 up")
    ip("-n #{@bridge}-#{n} link set lo up")
  end

  defp clear_network do
    for n <- [2, 3] do
      {pids, _status} =
        System.cmd("ip", ["netns", "pids", "#{@bridge}-#{n}"], stderr_to_stdout: true)

      for pid <- String.split(pids), do: clear_away(pid)
      System.cmd("ip", ["netns", "del", "#{@bridge}-#{n}"], stderr_to_stdout: true)
    end

    System.cmd("ip", ["link", "del", @bridge], stderr_to_stdout: true)
  end

  defp node!(n, group) do
    node =
      Nodes.start("n#{n}", group, 1,
        netns: "#{@bridge}-#{n}",
        host: "10.231.78.#{n}",
        connect: false,
        options: [discover: [gossip: @gossip]]
      )

    on_exit(fn -> Nodes.stop(node) end)
    node
  end

  test "nodes that come are found, those that go are found again, and lies are counted" do
    group = :found_by_gossip
    {:ok, checked} = Thumbnailer.Options.Discovery.cast(gossip: [interface: @here] ++ @gossip)
    gossip = start_supervised!({Gossip, checked[:gossip]})

    two = node!(2, group)
    three = node!(3, group)
    await_members(group, 2)
    assert {:ok, _thumbnail} = Thumbnailer.make(sample("photo.jpg"), 50, on: {:cluster, group})
    # Members find each other, too.
    assert three.node in :erpc.call(two.node, Node, :list, [:connected])

    Nodes.stop(two)
    await_members(group, 1)
    lie(500)
    _again = node!(2, group)
    await_members(group, 2)

    counts = Gossip.counts(gossip)
    assert counts.heard > 5
    assert counts.garbage > 10 and counts.forged > 10 and counts.stale > 10
    assert_raise ArgumentError, fn -> String.to_existing_atom("liar@10.231.78.9") end
  end

  # Whatever somebody on the network may send: noise, a packet of another secret, one from yesterday.
  defp lie(count) do
    {:ok, socket} = :gen_udp.open(0, [:binary, multicast_if: @here, multicast_loop: true])
    now = System.system_time(:millisecond)
    key = Heartbeat.key(@gossip[:secret])
    forged = rename(Heartbeat.encode(node(), Heartbeat.key("another one, long enough"), now))
    stale = Heartbeat.encode(node(), key, now - 86_400_000)

    for n <- 1..count do
      for packet <- [:crypto.strong_rand_bytes(rem(n * 7, 400)), forged, stale],
          do: :gen_udp.send(socket, @group, @gossip[:port], packet)

      # As many as the socket of the others holds, again and again.
      if rem(n, 10) == 0, do: Process.sleep(20)
    end

    :gen_udp.close(socket)
  end

  # With the name of a node that is not known here.
  defp rename(packet) do
    <<head::binary-size(15), size, _name::binary-size(size), mac::binary>> = packet
    name = Enum.join(["liar", "10.231.78.9"], "@")
    <<head::binary, byte_size(name), name::binary, mac::binary>>
  end
end
