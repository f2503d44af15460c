defmodule Thumbnailer.Features.RemoteTest do
  # Callers, recipients and instances on different nodes.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Thumbnail}

  setup_all do
    Thumbnailer.Nodes.name_server()
    # Another test may have made this BEAM a node already.
    unless Node.alive?(),
      do: {:ok, _pid} = Node.start(Thumbnailer.Nodes.full_name("remote"), :longnames)

    on_exit(&Node.stop/0)
  end

  setup %{test: name} do
    paths = for path <- :code.get_path(), arg <- [~c"-pa", path], do: arg
    # Another test may have given this BEAM a cookie of its own.
    cookie = [~c"-setcookie", Atom.to_charlist(Node.get_cookie())]

    {:ok, peer, node} =
      :peer.start_link(%{
        name: :peer.random_name(),
        host: ~c"127.0.0.1",
        longnames: true,
        args: cookie ++ paths
      })

    on_exit(fn -> catch_exit(:peer.stop(peer)) end)
    {:ok, _apps} = :erpc.call(node, Application, :ensure_all_started, [:thumbnailer])

    opts = [name: name, executable: fake("echo"), shutdown: 50]
    # Its starter must live as long as it does.
    child = Thumbnailer.child_spec(opts)
    {:ok, _pid} = :erpc.call(node, Supervisor, :start_child, [Thumbnailer.Supervisor, child])
    {:ok, peer: peer, node: node, there: {name, node}}
  end

  defp make(on, opts \\ []), do: Thumbnailer.make({:bytes, "x"}, 100, [on: on] ++ opts)

  test "an instance on another node makes thumbnails and says how it is", %{there: there} do
    assert {:ok, %Thumbnail{}} = make(there)
    assert {:ok, %{os_pid: os_pid}} = Thumbnailer.info(there)
    assert {:ok, %{os_pid: ^os_pid, served: 2}} = Thumbnailer.stats(there)
    sources = for n <- 1..50, do: {:bytes, "#{n}"}
    results = sources |> Thumbnailer.stream(1, on: there) |> Enum.to_list()
    assert [] = for({_, result} <- results, not match?({:ok, _}, result), do: result)
  end

  test "an instance or a node that is not there is unavailable", %{node: node} do
    assert {:error, %Error{reason: :unavailable}} = make({NoSuchInstance, node})
    assert {:error, %Error{reason: :unavailable}} = make({NoSuchInstance, :"nobody@127.0.0.1"})
    ref = Thumbnailer.async({:bytes, "x"}, 1, on: {NoSuchInstance, :"nobody@127.0.0.1"})
    assert_receive {^ref, {:error, %Error{reason: :unavailable}}}, 5_000
  end

  test "an instance on another node is recorded here, and its program goes on", %{there: there} do
    {:ok, %{os_pid: os_pid}} = Thumbnailer.info(there)
    to = Path.join(folder(), "recording")
    {:ok, recording} = Thumbnailer.Recording.start(2, to, on: there)

    assert {:error, %Error{reason: :overloaded}} =
             Thumbnailer.Recording.start(2, to <> "2", on: there)

    assert {:ok, %Thumbnail{}} = make(there)
    assert {:ok, %Thumbnail{}} = make(there)
    assert %{written: 2, ended: :count} = Thumbnailer.Recording.await(recording, 5_000)
    assert File.exists?(Path.join(to, "000002.reply.etf"))
    assert {:ok, %{os_pid: ^os_pid}} = Thumbnailer.info(there)
  end

  test "a deadline holds when the other node is cut off and nobody has noticed", %{
    node: node,
    there: there
  } do
    assert {:ok, %Thumbnail{}} = make(there)
    beam = node |> :erpc.call(System, :pid, []) |> String.to_integer()
    on_exit(fn -> clear_away(beam) end)
    signal(beam, :STOP)
    began = System.monotonic_time(:millisecond)
    ref = Thumbnailer.async({:bytes, "x"}, 1, on: there, timeout: 300)
    # More than the connection takes at once.
    large = {:bytes, :binary.copy("x", 2_000_000)}

    for source <- [{:bytes, "x"}, large, ["a", "stream"]] do
      assert {:error, %Error{reason: :timeout, message: message}} =
               Thumbnailer.make(source, 1, on: there, timeout: 300)

      assert message =~ "has not answered"
    end

    assert_receive {^ref, {:error, %Error{reason: :timeout}}}, 2_000
    assert System.monotonic_time(:millisecond) - began < 6_000
    signal(beam, :CONT)
    eventually("it does not answer", fn -> match?({:ok, %Thumbnail{}}, make(there)) end)
    refute_receive {_ref, _late}, 50
  end

  test "callers on a node that hangs keep no other caller waiting", %{test: name, node: node} do
    here = :"#{name} here"
    start_fake(here, "echo")
    large = {:bytes, :binary.copy("x", 2_000_000)}
    beam = node |> :erpc.call(System, :pid, []) |> String.to_integer()
    on_exit(fn -> clear_away(beam) end)

    for _ <- 1..10,
        do: Node.spawn(node, Thumbnailer, :make, [large, 1, [on: {here, node()}]])

    counts = fn -> elem(Thumbnailer.Instance.Questions.counts(here), 1) end
    eventually("they did not arrive", fn -> counts.().waiting > 0 end)
    signal(beam, :STOP)
    # Their answers are more than the connection takes at once.
    eventually(20_000, "they are not answered", fn -> counts.().sent == 0 end)

    for _ <- 1..20 do
      began = System.monotonic_time(:millisecond)
      assert {:ok, %Thumbnail{}} = make(here)
      assert System.monotonic_time(:millisecond) - began < 1_000
    end

    signal(beam, :CONT)
  end

  test "when its node goes, callers are told", %{peer: peer, test: name, node: node} do
    slow = [name: :slow, executable: fake("never_answers"), timeout: 60_000]
    child = Thumbnailer.child_spec(slow)
    {:ok, _pid} = :erpc.call(node, Supervisor, :start_child, [Thumbnailer.Supervisor, child])
    ref = Thumbnailer.async({:bytes, "x"}, 1, on: {:slow, node})
    caller = Task.async(fn -> make({:slow, node}) end)

    eventually("they did not arrive", fn ->
      match?({:ok, %{sent: 2}}, Thumbnailer.Instance.Questions.counts({:slow, node}))
    end)

    {:ok, %{os_pid: os_pid}} = Thumbnailer.info({name, node})
    :peer.stop(peer)
    assert {:error, %Error{reason: :unavailable, message: message}} = Task.await(caller)
    assert message =~ "#{node}"
    assert_receive {^ref, {:error, %Error{reason: :unavailable}}}, 5_000
    assert_os_pid_exited(os_pid)
  end

  test "a result goes to a pid, an alias or a name on another node", %{test: name, node: node} do
    here = :"#{name} here"
    start_fake(here, "echo")
    # A process there that passes on what it gets, by its pid, its alias and its name.
    relay = Node.spawn_link(node, Thumbnailer.Fixtures, :relay, [self(), :relay])
    assert_receive {:alias, alias}, 5_000

    for reply_to <- [relay, alias, {:relay, node}] do
      ref = Thumbnailer.async({:bytes, "x"}, 1, on: here, reply_to: reply_to)
      assert_receive {^relay, {^ref, {:ok, %Thumbnail{}}}}, 5_000
    end
  end

  test "a request is cancelled from another node", %{test: name, node: node} do
    here = :"#{name} here"
    start_fake(here, "never_answers", timeout: 60_000)
    ref = Thumbnailer.async({:bytes, "x"}, 1, on: here)
    :ok = :erpc.call(node, Thumbnailer, :cancel, [ref])
    assert_receive {^ref, {:error, %Error{reason: :cancelled}}}, 5_000
  end

  test "a caller on another node that goes frees its place", %{
    peer: peer,
    test: name,
    node: node
  } do
    here = :"#{name} here"
    start_fake(here, "never_answers", timeout: 60_000)
    os_pid(here)
    waiting = fn -> elem(Thumbnailer.Instance.Questions.counts(here), 1).waiting end

    for _ <- 1..3,
        do: Node.spawn(node, Thumbnailer, :make, [{:bytes, "x"}, 1, [on: {here, node()}]])

    eventually("they did not arrive", fn -> waiting.() == 1 end)
    :peer.stop(peer)
    eventually("it waits still", fn -> waiting.() == 0 end)
  end
end
