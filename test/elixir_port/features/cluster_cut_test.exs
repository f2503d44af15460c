defmodule Thumbnailer.Features.ClusterCutTest do
  # A member in a network of its own, behind a link that is cut: nothing comes through any more, and nobody says so.
  # `Nodes.cut/1` of the other tests closes the connection, which both ends hear.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures
  import Thumbnailer.Nodes, only: [ip: 1]

  alias Thumbnailer.{Batch, Cluster, Nodes}

  # Making a network namespace takes rights that a container seldom has.
  @probe "thumbnailer-probe"
  @allowed System.find_executable("ip") != nil and
             match?(
               {_, 0},
               System.cmd("sh", ["-c", "ip netns add #{@probe} && ip netns del #{@probe}"],
                 stderr_to_stdout: true
               )
             )

  @moduletag :real
  @moduletag timeout: 180_000
  @moduletag skip: if(@allowed, do: false, else: "network namespaces are not allowed here")

  # Linux takes 15 characters for the name of a link.
  @link "thumbs#{rem(String.to_integer(System.pid()), 1_000_000)}"
  @here "10.231.77.1"
  @there "10.231.77.2"

  setup do
    ip("netns add #{@link}")
    on_exit(&clear_network/0)
    ip("link add #{@link} type veth peer name eth0 netns #{@link}")
    ip("addr add #{@here}/30 dev #{@link}")
    ip("link set #{@link} up")
    ip("-n #{@link} addr add #{@there}/30 dev eth0")
    ip("-n #{@link} link set eth0 up")
    ip("-n #{@link} link set lo up")
    Nodes.distribute()
  end

  # Nodes start a name server there, which outlives them.
  defp clear_network do
    {pids, 0} = System.cmd("ip", ["netns", "pids", @link])
    for pid <- String.split(pids), do: clear_away(pid)
    ip("netns del #{@link}")
    # The link may be gone with the other end of it.
    System.cmd("ip", ["link", "del", @link], stderr_to_stdout: true)
  end

  test "the work of a member whose link is cut is done by others, and it gets new work when the link is back" do
    group = :behind_a_link
    :ok = Thumbnailer.Cluster.subscribe(group)
    far = Nodes.start("far", group, 1, netns: @link, host: @there)
    near = Nodes.start("near", group)
    on_exit(fn -> Enum.each([far, near], &Nodes.stop/1) end)
    await_members(group, 2)

    photos = folder()
    for n <- 1..200, do: File.cp!(sample("photo.jpg"), Path.join(photos, "#{n}.jpg"))

    opts = [out: folder(), sizes: ["100"], jobs: 8, on: {:cluster, group}]
    cut = fn report -> if report.done == 40, do: ip("link set #{@link} down") end
    assert {:ok, %{made: 200, failed: 0}} = Batch.run(photos, [observe: cut] ++ opts)
    name = far.node
    assert_receive {:thumbnailer, ^group, {:node_down, ^name, :silent}}, 10_000
    ip("link set #{@link} up")
    await_members(group, 2)
    assert {:ok, %{made: 200}} = Batch.run(photos, Keyword.put(opts, :out, folder()))
  end
end
