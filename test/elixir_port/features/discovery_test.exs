defmodule Thumbnailer.Features.DiscoveryTest do
  # Nodes in networks of their own on one bridge, that come, go and lie; nobody connects them.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures
  import Thumbnailer.Nodes, only: [ip: 1]

  alias Thumbnailer.{NameServer, Nodes}
  alias Thumbnailer.Cluster.Discovery.{DNS, Gossip, Heartbeat}

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
      # By itself, because a namespace and what is in it goes later than its name.
      System.cmd("ip", ["link", "del", "#{@bridge}v#{n}"], stderr_to_stdout: true)
      System.cmd("ip", ["netns", "del", "#{@bridge}-#{n}"], stderr_to_stdout: true)
    end

    System.cmd("ip", ["link", "del", @bridge], stderr_to_stdout: true)
  end

  defp node!(n, group), do: node!("n#{n}", n, group, options: [discover: [gossip: @gossip]])

  defp node!(name, n, group, opts) do
    place = [netns: "#{@bridge}-#{n}", host: "10.231.78.#{n}", connect: false]
    node = Nodes.start(name, group, 1, place ++ opts)
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
    assert counts.other_version > 10
    assert_raise ArgumentError, fn -> String.to_existing_atom("liar@10.231.78.9") end
  end

  @name "thumbs.test"
  @nobody {10, 231, 78, 9}
  @two {10, 231, 78, 2}
  @three {10, 231, 78, 3}

  # One that asks the name server of this test, as every program of its machine does.
  defp asking!(n, group, discover) do
    resolver = Path.join(folder(), "resolv.conf")
    File.write!(resolver, "nameserver 10.231.78.1\noptions timeout:1 attempts:1\n")
    node = node!("thumbs", n, group, resolver: resolver, options: discover)
    true = Node.connect(node.node)
    node
  end

  defp found?(node, other),
    do: other.node in :erpc.call(node.node, Node, :list, [:connected])

  # The process that asks there.
  defp asker(%{node: node}) do
    [asker] =
      for pid <- :erpc.call(node, Process, :list, []),
          {:dictionary, dictionary} <- [:erpc.call(node, Process, :info, [pid, :dictionary])],
          dictionary[:"$initial_call"] == {DNS, :init, 1},
          do: pid

    asker
  end

  test "nodes are found by the addresses of a name, whatever the name server answers in between" do
    group = :found_by_name
    server = start_supervised!({NameServer, @here})
    NameServer.answer(server, [@two])
    two = asking!(2, group, discover: [dns: @name])
    asker = asker(two)
    # It is found, and does not look for others itself; this test alone is connected to it.
    three = asking!(3, group, [])
    NameServer.await_questions(server, @two, 2)
    refute found?(two, three)

    # Its own address, one where nobody is, and one that no node of these can have.
    own = {0xFD00, 0, 0, 0, 0, 0, 0, 2}
    NameServer.answer(server, [@two, @nobody, @three, own])
    eventually(30_000, "three is not found", fn -> found?(two, three) end)
    refute found?(two, two)
    tried = Map.keys(:sys.get_state(asker).connections.tried)
    refute to_string(two.node) in tried
    assert Enum.any?(tried, &(&1 =~ "@10.231.78.9"))

    # One that goes is lost, and found again where it comes back; wrong answers in between change nothing.
    Nodes.stop(three)
    eventually("three is not lost", fn -> not found?(two, three) end)

    for answer <- [:garbage, :no_such_name, :silence] do
      NameServer.answer(server, answer)
      NameServer.await_questions(server, @two, 2)
    end

    # Without a record it is not found.
    NameServer.answer(server, [@two])
    three = asking!(3, group, [])
    NameServer.await_questions(server, @two, 4)
    refute found?(two, three)
    NameServer.answer(server, [@three, @two])
    eventually(30_000, "three is not found again", fn -> found?(two, three) end)
    assert asker(two) == asker
    await_members(group, 2)
  end

  test "each answer of a name server is addresses or a reason, in time" do
    server = start_supervised!({NameServer, @here})
    NameServer.answer(server, :no_such_name)
    two = asking!(2, :asks_for_a_name, [])
    six = {0xFD00, 0, 0, 0, 0, 0, 0, 2}
    resolve = fn -> :erpc.call(two.node, DNS, :addresses, [@name], 60_000) end

    for {answer, expected} <- [
          {[@two], {:ok, [@two]}},
          {[@three, @two, @nobody], {:ok, Enum.sort([@three, @two, @nobody])}},
          {[@two, @two], {:ok, [@two]}},
          {[six], {:ok, [six]}},
          {[six, @two], {:ok, [@two, six]}}
        ] do
      NameServer.answer(server, answer)
      assert {:ok, addresses} = resolve.()
      assert {:ok, Enum.sort(addresses)} == expected
    end

    for answer <- [:no_such_name, [], :failure, :silence, :garbage] do
      NameServer.answer(server, answer)
      {microseconds, outcome} = :timer.tc(resolve)
      assert {:error, why} = outcome
      assert is_binary(why) and why != ""
      assert microseconds < 20_000_000
    end
  end

  # Whatever somebody on the network may send: noise, a packet of another secret, one from yesterday.
  defp lie(count) do
    {:ok, socket} = :gen_udp.open(0, [:binary, multicast_if: @here, multicast_loop: true])
    now = System.system_time(:millisecond)
    key = Heartbeat.key(@gossip[:secret])
    forged = rename(Heartbeat.encode(node(), Heartbeat.key("another one, long enough"), now))
    stale = Heartbeat.encode(node(), key, now - 86_400_000)

    for n <- 1..count do
      for packet <- [
            :crypto.strong_rand_bytes(rem(n * 7, 400)),
            forged,
            stale,
            <<"thumbs", 2, n>>
          ],
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
