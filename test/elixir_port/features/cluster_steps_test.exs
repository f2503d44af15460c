defmodule Thumbnailer.Features.ClusterStepsTest do
  # Steps of a group on real nodes: operating system processes on the loopback interface.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Nodes, Step, Steps}
  alias Thumbnailer.Cluster.{Scope, StepSync}
  alias Thumbnailer.Translation.Note

  @moduletag :real
  @moduletag :steps
  @moduletag timeout: 300_000

  setup_all do
    Nodes.distribute()
  end

  setup context do
    group = :"steps_#{:erlang.phash2(context.test)}"
    {:ok, group: group, on: {:cluster, group}, module: changed_step("duotone")}
  end

  defp start(name, group, env \\ []) do
    node = Nodes.start(name, group, 1, env: env)
    on_exit(fn -> Nodes.stop(node) end)
    node
  end

  # A node whose program cannot translate, and whose cache has nothing.
  defp bare,
    do: [{"THUMBNAILER_EXECUTABLE", without_tools()}, {"XDG_CACHE_HOME", folder()}]

  defp hashes(%{node: node}, group),
    do: for(step <- :erpc.call(node, Steps, :list, [group]), do: {step.name, step.hash})

  defp await_steps(node, group, hashes) do
    eventually(30_000, "the node has other steps than #{inspect(hashes)}", fn ->
      hashes(node, group) == hashes
    end)
  end

  defp make(on, opts \\ [step: {:duotone, strength: 1}]),
    do: Thumbnailer.make(sample("photo.jpg"), 60, [on: on] ++ opts)

  test "a step reaches all members, and those that join later",
       %{group: group, on: on} = context do
    nodes = for name <- ["a", "b"], do: start(name, group)
    await_members(group, 2)

    assert {:ok, %Step{name: :duotone, hash: hash}} =
             Steps.add(on, :duotone, {:bytes, context.module})

    for node <- nodes, do: assert(hashes(node, group) == [duotone: hash])
    assert [%Step{name: :duotone}] = Steps.list(on)
    assert {:ok, toned} = make(on)
    assert {:ok, plain} = make(on, [])
    assert toned.data != plain.data

    late = start("c", group)
    await_steps(late, group, duotone: hash)

    assert :ok = Steps.remove(on, :duotone)
    for node <- [late | nodes], do: assert(hashes(node, group) == [])
    assert_raise ArgumentError, ~r/has no step "?:?duotone/, fn -> make(on) end
  end

  test "a wrong parameter is the caller's mistake, on a node without an instance, too",
       %{group: group, on: on} = context do
    start("a", group)
    await_members(group, 1)
    assert {:ok, _step} = Steps.add(on, :duotone, {:bytes, context.module})

    assert_raise ArgumentError, ~r/strength of step :duotone must be a number from 0 to 1/, fn ->
      make(on, step: {:duotone, strength: 2})
    end
  end

  test "a member without tools gets the translation from another",
       %{group: group, on: on} = context do
    start("a", group)
    node = start("bare", group, bare())
    await_members(group, 2)
    assert {:ok, %Step{hash: hash}} = Steps.add(on, :duotone, {:bytes, context.module})
    assert hashes(node, group) == [duotone: hash]
    assert {:ok, _toned} = make({group, node.node})
  end

  test "an instance that is named by its pid translates on its node, where the translation stays",
       %{group: group} = context do
    [cache, other] = [folder(), folder()]
    node = start("a", group, [{"XDG_CACHE_HOME", cache}])
    instance = :erpc.call(node.node, Process, :whereis, [group])
    module = Path.join(other, "duotone.wasm")
    File.write!(module, context.module)

    assert {:ok, %Step{name: :duotone, hash: hash}} = Steps.add(instance, :duotone, module)
    assert [%Step{name: :duotone, hash: ^hash}] = Steps.list(instance)
    assert hashes(node, group) == [duotone: hash]
    assert [_translation] = Path.wildcard("#{cache}/thumbnailer/steps/#{hash}-*")
    own = :filename.basedir(:user_cache, "thumbnailer")
    assert Path.wildcard("#{own}/steps/#{hash}-*") == []

    assert {:ok, toned} = make({group, node.node})
    assert {:ok, plain} = make({group, node.node}, [])
    assert toned.data != plain.data
    assert :ok = Steps.remove(instance, :duotone)
    assert Steps.list(instance) == []
    assert {:error, %Error{reason: :not_found}} = Steps.add(instance, :duotone, module <> ".none")

    Nodes.stop(node)
    assert {:error, %Error{reason: :unavailable}} = Steps.remove(instance, :duotone)
  end

  test "of two members one without tools takes what another has translated, and keeps it",
       %{group: group, on: on} = context do
    [cache, bare_cache] = [folder(), folder()]
    start("a", group, [{"XDG_CACHE_HOME", cache}])

    node =
      start("bare", group, [
        {"THUMBNAILER_EXECUTABLE", without_tools()},
        {"XDG_CACHE_HOME", bare_cache}
      ])

    await_members(group, 2)
    assert {:ok, %Step{hash: hash}} = Steps.add(on, :duotone, {:bytes, context.module})
    assert [made] = Path.wildcard("#{cache}/thumbnailer/steps/#{hash}-*")
    assert [taken] = Path.wildcard("#{bare_cache}/thumbnailer/steps/#{hash}-*")
    assert File.read!(taken) == File.read!(made)
    assert Path.basename(taken) == Path.basename(made)
    assert {:ok, there} = make({group, node.node})
    assert {:ok, ^there} = make(on)
  end

  test "an error names the node, and nobody has the step", %{group: group, on: on} do
    node = start("a", group)
    await_members(group, 1)

    assert {:error, %Error{reason: :bad_step, message: message}} =
             Steps.add(on, :duotone, {:bytes, "no module"})

    assert message =~ "on #{node.node}: "
    assert Steps.list(on) == []
  end

  test "a request goes to a member that has its steps", %{group: group, on: on} = context do
    [a, _b] = for name <- ["a", "b"], do: start(name, group)
    await_members(group, 2)
    assert {:ok, _step} = Steps.add({group, a.node}, :duotone, {:bytes, context.module})

    eventually("the step is not known", fn -> Steps.list(on) != [] end)

    for _time <- 1..6, do: assert({:ok, _toned} = make(on))
  end

  test "changes on both sides of a network failure are exchanged when it is over",
       %{group: group, on: on} = context do
    [a, b] = for name <- ["a", "b"], do: start(name, group)
    await_members(group, 2)
    Nodes.cut(b)
    await_members(group, 1)

    eventually("b is asked still", fn ->
      b.node not in Enum.map(:pg.get_members(Scope.name(), {StepSync, group}), &node/1)
    end)

    assert {:ok, %Step{hash: hash}} = Steps.add(on, :duotone, {:bytes, context.module})
    assert hashes(a, group) == [duotone: hash]
    Nodes.heal(b)
    :erpc.call(b.node, Node, :connect, [a.node])
    await_steps(b, group, duotone: hash)
  end

  test "a member translates for other architectures", %{group: group} = context do
    start("a", group)
    await_members(group, 1)
    process = Enum.find(:pg.get_members(Scope.name(), {StepSync, group}), &(node(&1) != node()))

    case GenServer.call(process, {:translate, context.module, "aarch64"}, 60_000) do
      {:ok, translation} ->
        hash = :sha256 |> :crypto.hash(context.module) |> Base.encode16(case: :lower)
        assert Note.fits?(translation, hash, "aarch64")
        refute Note.fits?(translation, hash, "x86_64")

      {:error, %Error{reason: :untranslated, message: why}} ->
        IO.puts("skipped: #{why}")
    end
  end
end
