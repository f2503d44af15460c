defmodule Thumbnailer.ClusterTest do
  # Real nodes: operating system processes on the loopback interface.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch.Journal.Log
  alias Thumbnailer.{Cluster, Nodes, Thumbnail}

  @moduletag :real
  @moduletag timeout: 300_000

  setup_all do
    Nodes.distribute()
  end

  # A group of its own for each test.
  setup context do
    {:ok, group: :"group_#{:erlang.phash2(context.test)}"}
  end

  defp start(name, group, workers \\ 1) do
    node = Nodes.start(name, group, workers)
    on_exit(fn -> Nodes.stop(node) end)
    node
  end

  test "makes on another node what this one asks for, byte for byte the same", %{group: group} do
    start("a", group)
    on = [on: {:cluster, group}]
    {:ok, here} = Thumbnailer.make(sample("photo.jpg"), 60)
    assert Thumbnailer.make(sample("photo.jpg"), 60, on) == {:ok, here}
    assert Thumbnailer.make({:bytes, File.read!(sample("photo.jpg"))}, 60, on) == {:ok, here}
    assert Thumbnailer.make(sample("photo.jpg"), 60, [shared_storage: true] ++ on) == {:ok, here}
    assert {:ok, %{format: :png}} = Thumbnailer.probe(sample("alpha.png"), on)

    assert [%{workers: 1, state: :up, loaders: loaders, libvips: _version, architecture: _}] =
             Cluster.members(group)

    assert :jpeg in loaders
  end

  test "connecting tells which node cannot be reached" do
    assert Cluster.connect(nil, []) == :ok
    assert Cluster.connect("ignored", [to_string(node())]) == :ok

    assert {:error, %Thumbnailer.Error{reason: :unavailable, message: message}} =
             Cluster.connect(nil, ["nobody@127.0.0.1"])

    assert message ==
             "the node nobody@127.0.0.1 cannot be reached; is its name right, and the cookie the same?"
  end

  test "writes files on the node of the caller", %{group: group} do
    start("a", group)
    to = Path.join(folder(), "a.webp")

    assert {:ok, %Thumbnail{path: ^to, data: nil, bytes: bytes}} =
             Thumbnailer.make(sample("photo.jpg"), 60, to: to, on: {:cluster, group})

    assert <<"RIFF", _::binary>> = File.read!(to)
    assert File.stat!(to).size == bytes
    assert File.ls!(Path.dirname(to)) == ["a.webp"]

    missing = Path.join(Path.dirname(to), "missing/a.webp")

    assert {:error, %{reason: :write_failed}} =
             Thumbnailer.make(sample("photo.jpg"), 60, to: missing, on: {:cluster, group})
  end

  test "faults of the source are told as by an instance", %{group: group} do
    start("a", group)
    on = [on: {:cluster, group}]

    for {source, reason} <- [
          {sample("missing.jpg"), :not_found},
          {"/", :not_a_file},
          {sample("empty.jpg"), :empty_source},
          {sample("truncated.jpg"), :bad_image}
        ] do
      assert {:error, %{reason: ^reason}} = Thumbnailer.make(source, 60, on)
    end
  end

  test "a group without nodes is waited for until the deadline", %{group: group} do
    assert {:error, %{reason: :unavailable, message: message}} =
             Thumbnailer.make(sample("photo.jpg"), 60, on: {:cluster, group}, timeout: 100)

    assert message =~ inspect(group)

    caller =
      Task.async(fn -> Thumbnailer.make(sample("photo.jpg"), 60, on: {:cluster, group}) end)

    start("a", group)
    assert {:ok, _thumbnail} = Task.await(caller, 30_000)
  end

  test "a subscriber hears of nodes and batches", %{group: group} do
    :ok = Thumbnailer.Cluster.subscribe(group)
    node = start("a", group)
    name = node.node
    assert_receive {:thumbnailer, ^group, {:node_up, ^name, %{workers: 1}}}, 10_000

    opts = [out: folder(), sizes: ["40"], on: {:cluster, group}]
    {:ok, %{made: 8}} = Thumbnailer.Batch.run(sample("orientation_*.jpg"), opts)
    assert_receive {:thumbnailer, ^group, {:finished, %{made: 8, failed: 0}}}
    Nodes.stop(node)
    assert_receive {:thumbnailer, ^group, {:node_down, ^name, :gone}}, 10_000
    :ok = Thumbnailer.Cluster.unsubscribe(group)
  end

  test "a node that hangs is heard of as silent, and its requests are made elsewhere", %{
    group: group
  } do
    :ok = Thumbnailer.Cluster.subscribe(group)
    %{node: name} = node = start("a", group)
    await_members(group, 1)
    Nodes.signal(node, "STOP")

    caller =
      Task.async(fn -> Thumbnailer.make(sample("photo.jpg"), 60, on: {:cluster, group}) end)

    start("b", group)
    assert {:ok, _thumbnail} = Task.await(caller, 30_000)
    assert_receive {:thumbnailer, ^group, {:node_down, ^name, :silent}}, 10_000
    Nodes.signal(node, "CONT")
    await_members(group, 2)
  end

  test "a request that kills each node it is given to is not tried on a fourth", %{group: group} do
    nodes = for name <- ~w(a b c d), do: start(name, group)
    await_members(group, 4)
    for node <- nodes, do: Nodes.signal(node, "STOP")

    caller =
      Task.async(fn ->
        Thumbnailer.make(sample("photo.jpg"), 60, on: {:cluster, group}, timeout: 60_000)
      end)

    router = Cluster.Router.of(group)

    # Whoever holds it dies.
    for _death <- 1..3 do
      holder = fn ->
        for {_ref, {pid, _sequence, _needs, _excluded}} <-
              :sys.get_state(router).group.balancer.sent,
            do: node(pid)
      end

      eventually(10_000, "nobody holds the request", fn -> holder.() != [] end)
      [name] = holder.()
      Nodes.stop(Enum.find(nodes, &(&1.node == name)))
      eventually(10_000, "the dead node holds it still", fn -> holder.() != [name] end)
    end

    assert {:error, %{reason: :unavailable, message: message}} = Task.await(caller, 30_000)
    assert message =~ "three nodes in a row"
  end

  test "two thousand images while nodes die, hang, are cut off and join: all are there, none was made twice",
       %{group: group} do
    photos = folder()

    kinds =
      for name <-
            ~w(photo.jpg progressive.jpg cmyk.jpg alpha.png sixteen_bit.png quadrants.webp orientation_6.jpg),
          do: sample(name)

    for {n, kind} <- Enum.zip(1..2_000, Stream.cycle(kinds)),
        do: File.cp!(kind, Path.join(photos, "#{n}#{Path.extname(kind)}"))

    [killed, stopped, cut, _steady] = for name <- ~w(a b c d), do: start(name, group)
    await_members(group, 4)

    events = %{
      200 => fn -> Nodes.signal(killed, "KILL") end,
      500 => fn -> Nodes.signal(stopped, "STOP") end,
      800 => fn -> Nodes.cut(cut) end,
      1_000 => fn -> start("e", group) end,
      1_400 => fn -> Nodes.signal(stopped, "CONT") end,
      1_600 => fn -> Nodes.heal(cut) end
    }

    [out, alone] = [folder(), folder()]
    observe = fn report -> if event = events[report.done], do: event.() end
    opts = [out: out, sizes: ["100"], jobs: 16, on: {:cluster, group}, observe: observe]
    {:ok, report} = Thumbnailer.Batch.run(photos, opts)

    assert {report.made, report.failed, report.thumbnails} == {2_000, 0, 2_000}
    # The other nodes' share: one that joined afterwards had its part of the work.
    assert journal_entries(out) == 2_000
    one = [out: alone, sizes: ["100"], on: start_instance(:one_node, workers: 2), jobs: 2]
    {:ok, %{made: 2_000}} = Thumbnailer.Batch.run(photos, one)
    assert digests(out) == digests(alone)
    assert map_size(digests(out)) == 2_000
  end

  # Of how many inputs the journal knows what was made.
  defp journal_entries(out) do
    {:ok, _log, inputs} =
      Log.open(Path.join(out, ".thumbnailer/journal"), :read, MapSet.new(), fn entries, inputs ->
        for {:made, path, _record} <- entries, into: inputs, do: path
      end)

    MapSet.size(inputs)
  end

  defp digests(out) do
    for path <- Path.wildcard(out <> "/*.*"),
        into: %{},
        do: {Path.basename(path), path |> File.read!() |> :erlang.md5()}
  end
end
