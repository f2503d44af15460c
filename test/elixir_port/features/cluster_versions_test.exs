defmodule Thumbnailer.Features.ClusterVersionsTest do
  # Nodes of other versions of this library: each is served, or refused by name, and nobody ends of it. Two real nodes, of which one
  # speaks another protocol where a test says so.
  use ExUnit.Case, async: false

  import ExUnit.CaptureLog
  import Thumbnailer.Fixtures

  alias Thumbnailer.{Cluster, Error, Nodes, Request, Step, Steps}
  alias Thumbnailer.Cluster.{Router, Scope, StepSync}
  alias Thumbnailer.Instance.Message

  @moduletag :real
  @moduletag timeout: 120_000

  setup_all do
    Nodes.distribute()
    node = Nodes.start("peer", :versions, 1)
    on_exit(fn -> Nodes.stop(node) end)
    {:ok, node: node.node}
  end

  defp message, do: Message.new(elem(Request.make!(sample("photo.jpg"), [40], []), 0))

  # What an instance on another node answers to a message, as a caller of any version could send it.
  defp ask(server, message) do
    ref = :erlang.monitor(:process, server, alias: :explicit_unalias)
    send(server, {:request, {self(), ref}, message})

    receive do
      {^ref, answer} -> answer
      {:DOWN, ^ref, :process, _pid, reason} -> {:down, reason}
    after
      10_000 -> :no_answer
    end
  end

  defp on(node, function, arguments), do: :erpc.call(node, :erlang, function, arguments)

  defp server(node), do: on(node, :whereis, [:versions])

  test "a caller of another version is refused by name, and the instance serves the others", %{
    node: node
  } do
    server = server(node)

    for {other, said} <- [
          {%{message() | version: 1}, "version 1, this one takes version 2"},
          {%{message() | version: 3}, "version 3, this one takes version 2"},
          {%{message() | version: {:two, "beta"}}, "version {:two, \"beta\"}"},
          {%{}, "version nil"},
          {%{version: 2}, "none of version 2"},
          {Map.drop(message(), [:body]), "none of version 2"},
          {%{message() | timeout: :never}, "none of version 2"},
          {%{message() | body: {1, [:no_bytes]}}, "none of version 2"},
          {:make, "version nil"},
          {[op: :make], "version nil"},
          {"make", "version nil"},
          {nil, "version nil"}
        ] do
      assert {:error, %{reason: :unavailable, message: words}} = ask(server, other)
      assert words =~ said, inspect(other)
    end

    assert {:ok, %{outputs: [{:ok, %{data: _}}]}} = ask(server, Map.put(message(), :newer, 1))
    assert server(node) == server
  end

  test "what an instance does not know is answered or passed over, and ends nothing", %{
    node: node
  } do
    server = server(node)

    for question <- [:mood, {:put_step, :old}, {:put_step, %{}, %{}}, {:record, :me, 1}, nil] do
      assert {:error, %Error{reason: :unavailable, message: words}} =
               GenServer.call(server, question)

      assert words =~ "the node #{node} does not know what it was asked"
    end

    GenServer.cast(server, :mood)

    for stray <- [
          {:request, {:nobody, 1}, message()},
          {:request, {self(), :no_reference}, message()},
          {:request, self(), message()},
          {:request, {self(), make_ref()}},
          {:chunk, 1, make_ref(), :no_bytes, :maybe},
          {:stream_failed, 1},
          {:recorder, self(), :done},
          :mood
        ],
        do: send(server, stray)

    assert {:ok, _thumbnail} = Thumbnailer.make(sample("photo.jpg"), 40, on: {:versions, node})
    assert server(node) == server
  end

  test "chunks of another shape are passed over, and their request is answered at its deadline or before",
       %{node: node} do
    server = server(node)
    {request, _opts} = Request.make!(Stream.map(["x"], & &1), [40], timeout: 1_000)
    ref = :erlang.monitor(:process, server, alias: :explicit_unalias)
    send(server, {:request, {self(), ref}, Message.new(%{request | source: :stream})})
    assert_receive {^ref, {:served_by, relay}}
    assert_receive {^ref, {:feed, id, _size}}

    for {frame, last} <- [{:no_bytes, false}, {["x"], :maybe}, {nil, nil}],
        do: send(relay, {:chunk, id, ref, frame, last})

    send(relay, {:stream_failed, id, ref})
    assert {:ok, _thumbnail} = Thumbnailer.make(sample("photo.jpg"), 40, on: {:versions, node})
    assert server(node) == server
  end

  # A process on the other node that joins the group and says `info`, then what `more` is: terms as text, evaluated there with
  # `server` and `self()`.
  defp impostor(node, group, info, more) do
    code = """
    [group, scope, server] = arguments
    receive do
      {:"$gen_cast", {:subscribe, router}} ->
        send(router, {:member, self(), #{info}})
        for message <- #{more}, do: send(router, message)
    end
    Process.sleep(:infinity)
    """

    arguments = [group, Scope.name(), server(node)]
    pid = Node.spawn(node, Code, :eval_string, [code, [arguments: arguments]])
    :ok = :erpc.call(node, :pg, :join, [Scope.name(), group, pid])
    pid
  end

  defp group(router), do: :sys.get_state(router).group

  @info "%{protocol: 2, server: server, node: node(), workers: 1, loaders: [:jpeg], savers: [:jpeg], steps: %{}, max_request_bytes: 1_000_000}"

  test "members that introduce themselves or tell their load in another way are named in the log, and the group works",
       %{node: node} do
    group = :of_mixed_versions
    start_instance(:of_this_version, cluster: group, workers: 1)
    router = Router.of(group)

    eventually("the member is not there", fn -> length(Cluster.members(group)) == 1 end)

    log =
      capture_log(fn ->
        for {info, more} <- [
              {"Map.put(#{@info}, :protocol, 3)", "[]"},
              {"Map.put(#{@info}, :protocol, 1)", "[]"},
              {"Map.delete(#{@info}, :protocol)", "[]"},
              {"Map.delete(#{@info}, :steps)", "[]"},
              {"Map.put(#{@info}, :savers, [:jpeg | :png])", "[]"},
              {"{:member, 1}", "[]"},
              {"[workers: 1]", "[]"},
              {"nil", "[]"},
              {@info,
               "[{:heartbeat, self(), :much}, {:heartbeat, self()}, {:heartbeat, self(), %{load: 1}}, {:steps, self(), [:duotone]}, {:steps, self(), %{duotone: 1}}, {:member, :me, %{}}, {:\"$gen_cast\", :mood}, {:load, self(), 1}]"}
            ],
            do: impostor(node, group, info, more)

        eventually("not all have introduced themselves", fn ->
          map_size(group(router).membership.refused) == 8
        end)
      end)

    assert log =~
             ~r/on #{node} is no member, for it speaks version 3 of the protocol between nodes, this node version 2/

    assert log =~
             ~r/on #{node} is no member, for it speaks version 1 or none of the protocol between nodes/

    assert log =~ ~r/on #{node} is no member, for it says of itself \[workers: 1\]/
    # The one of this version is a member, whatever it says afterwards.
    eventually("it is no member", fn -> length(Cluster.members(group)) == 2 end)
    assert {:ok, _thumbnail} = Thumbnailer.make(sample("photo.jpg"), 40, on: {:cluster, group})
    assert Router.of(group) == router
  end

  test "a group of other versions alone is refused by name", %{node: node} do
    group = :of_another_version
    impostor(node, group, "Map.put(#{@info}, :protocol, 3)", "[]")

    assert {:error, %Error{reason: :unavailable, message: message}} =
             Thumbnailer.make(sample("photo.jpg"), 40, on: {:cluster, group}, timeout: 1_000)

    assert message =~
             "#{node} is refused, for it speaks version 3 of the protocol between nodes, this node version 2"
  end

  test "a member and its steps outlive what another version says to them", %{node: node} do
    group = :versions
    [member] = :erpc.call(node, :pg, :get_local_members, [Scope.name(), group])
    [sync | _] = :erpc.call(node, :pg, :get_local_members, [Scope.name(), {StepSync, group}])

    for process <- [member, sync] do
      assert {:error, %Error{reason: :unavailable}} = GenServer.call(process, :mood)
      GenServer.cast(process, {:subscribe, :nobody})
      GenServer.cast(process, :mood)
    end

    for entry <- [%{}, %{stamp: 1, module: "x"}, %{stamp: {1, node}, module: 5}, nil] do
      assert {:error, %Error{reason: :unavailable}} =
               GenServer.call(sync, {:put, :duotone, entry})

      send(sync, {:entry, :duotone, entry})
    end

    assert {:error, %Error{}} =
             GenServer.call(sync, {:put, "duotone!", %{stamp: {1, node}, module: "x"}})

    for stray <- [
          {:entries, 1, %{}},
          {:entries, self(), [1]},
          {:want, self(), [:a | :b]},
          {:want, self()}
        ],
        do: send(sync, stray)

    assert {:error, %Error{}} = GenServer.call(sync, {:translate, 1, 2})
    assert [^member] = :erpc.call(node, :pg, :get_local_members, [Scope.name(), group])
    assert sync in :erpc.call(node, :pg, :get_local_members, [Scope.name(), {StepSync, group}])
  end

  test "what another version answers to a change of steps is an error in words" do
    step = %Step{name: :duotone, hash: "0", version: "1", summary: "Two tones"}
    assert StepSync.cast_answer({:ok, step}) == {:ok, step}
    for answer <- [:ok, :kept], do: assert(StepSync.cast_answer(answer) == answer)

    for answer <- [{:ok, Map.delete(step, :parameters)}, {:ok, 1}, {:error, 5}, :done, nil] do
      assert {:error, %Error{reason: :bad_reply}} = StepSync.cast_answer(answer)
    end
  end

  test "a node without this library's functions is named", %{node: node} do
    :erpc.call(node, :code, :purge, [Steps])
    :erpc.call(node, :code, :delete, [Steps])
    on_exit(fn -> :erpc.call(node, :code, :load_file, [Steps]) end)
    # A module that is not there is loaded again from its file, so its path is taken away as well.
    path = :erpc.call(node, :code, :which, [Thumbnailer]) |> Path.dirname() |> to_charlist()
    true = :erpc.call(node, :code, :del_path, [path])
    on_exit(fn -> :erpc.call(node, :code, :add_patha, [path]) end)

    assert {:error, %Error{reason: :unavailable, message: message}} =
             Steps.remove({:versions, node}, :duotone)

    assert message =~ "#{node} has another version of this library"
  end
end
