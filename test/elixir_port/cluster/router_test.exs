defmodule Thumbnailer.Cluster.RouterTest do
  # One router with members that are processes of this test.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Cluster, Error, Step, Thumbnail}
  alias Thumbnailer.Cluster.{Membership, Router, Scope}

  @info %{
    protocol: 2,
    server: nil,
    node: nil,
    workers: 1,
    loaders: [:png],
    savers: [:png],
    steps: %{},
    max_request_bytes: 1_000_000
  }

  setup %{test: name}, do: {:ok, group: :"group of #{name}"}

  # A member that says `info` of itself to whoever asks, and takes no request.
  defp join(group, info) do
    member =
      spawn_link(fn ->
        receive do
          {:"$gen_cast", {:subscribe, router}} -> send(router, {:member, self(), info.(self())})
        end

        Process.sleep(:infinity)
      end)

    :ok = :pg.join(Scope.name(), group, member)
    member
  end

  test "a member that says nonsense of itself is none, and breaks nothing for the others", %{
    test: name,
    group: group
  } do
    good = %{@info | server: self(), node: node()}

    for {key, value} <- [
          loaders: 5,
          savers: ["png"],
          workers: 0,
          max_request_bytes: "many",
          server: :nobody,
          node: :elsewhere,
          loaders: [:png | :jpeg],
          protocol: 3,
          steps: [],
          steps: %{duotone: %{name: :duotone, hash: "0"}},
          steps: %{duotone: Map.delete(%Step{name: :duotone, hash: "0"}, :parameters)}
        ] do
      assert {:error, why} = Membership.check(self(), Map.put(good, key, value))
      assert why =~ "version"
      join(group, fn _pid -> Map.put(good, key, value) end)
    end

    join(group, fn _pid -> nil end)
    refused = join(group, fn _pid -> Map.delete(good, :protocol) end)
    router = Router.of(group)
    start_fake(name, "echo", cluster: group)
    eventually("the good member is not there", fn -> length(Cluster.members(group)) == 1 end)

    for _ <- 1..12,
        do:
          assert({:ok, %Thumbnail{}} = Thumbnailer.make({:bytes, "x"}, 10, on: {:cluster, group}))

    assert Router.of(group) == router
    # The load in a heartbeat is checked, too.
    send(router, {:heartbeat, self(), :much})
    assert [%{load: 0}] = Cluster.members(group)

    # Who is gone is refused no more.
    before = map_size(:sys.get_state(router).group.membership.refused)
    Process.unlink(refused)
    Process.exit(refused, :kill)

    eventually("it is refused for ever", fn ->
      map_size(:sys.get_state(router).group.membership.refused) == before - 1
    end)
  end

  test "a group of members of another version says so to who waited for one", %{group: group} do
    join(group, fn pid -> %{@info | protocol: 7, server: pid, node: node()} end)

    assert {:error, %Error{reason: :unavailable, message: message}} =
             Thumbnailer.make({:bytes, "x"}, 10, on: {:cluster, group}, timeout: 300)

    assert message =~
             "#{node()} is refused, for it speaks version 7 of the protocol between nodes, this node version 2"
  end

  test "what a newer version says beside the rest is no matter", %{group: group} do
    good = Map.merge(@info, %{server: self(), node: node(), anything: :else})
    assert Membership.check(self(), good) == :ok
    join(group, fn _pid -> good end)
    assert [] = Cluster.members(:"no #{group}")
    Router.of(group)
    eventually("it is no member", fn -> length(Cluster.members(group)) == 1 end)
  end

  test "requests that wait for a member are bounded", %{group: group} do
    router = Router.of(group)
    ref = :erlang.alias()
    waiting = Map.new(1..10_000, &{&1, {&1, {nil, [], []}, []}})
    :sys.replace_state(router, &put_in(&1.group.balancer.waiting, waiting))
    Router.submit(router, ref, {nil, [], []}, 1_000, 0)
    assert_receive {^ref, {:error, %Error{reason: :overloaded, message: message}}}
    assert message =~ "10000 requests of this node wait"
    Process.exit(router, :kill)
  end

  test "so are the bytes of their images, and what is answered counts no more", %{group: group} do
    router = Router.of(group)
    [first, second, third] = for _ <- 1..3, do: :erlang.alias()
    gigabyte = 1_073_741_824
    # One alone may have any size.
    Router.submit(router, first, {nil, [], []}, 60_000, 2 * gigabyte)
    Router.submit(router, second, {nil, [], []}, 60_000, 1)
    assert_receive {^second, {:error, %Error{reason: :overloaded, message: message}}}
    assert message =~ "requests of 2147483648 bytes of this node"
    Router.done(router, first)
    Router.submit(router, third, {nil, [], []}, 60_000, gigabyte)
    refute_receive {^third, _error}, 100
    assert %{group: %{admission: %{bytes: ^gigabyte}}} = :sys.get_state(router)
    Process.exit(router, :kill)
  end
end
