defmodule Thumbnailer.Call.AsyncTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Thumbnail}
  alias Thumbnailer.Instance.Questions

  defp async(name, opts \\ []), do: Thumbnailer.async({:bytes, "image"}, 100, [on: name] ++ opts)

  defp counts(name), do: elem(Questions.counts(name), 1)

  defp entries(name), do: :sys.get_state(name).queue.entries

  # A process that passes on what it gets.
  defp relay(name) do
    relay = spawn_link(Thumbnailer.Fixtures, :relay, [self(), :"relay of #{name}"])
    assert_receive {:alias, _alias}
    relay
  end

  test "the result comes as a message with the reference", %{test: name} do
    start_fake(name, "echo")
    refs = for _ <- 1..100, do: async(name)
    assert length(Enum.uniq(refs)) == 100
    for ref <- refs, do: assert_receive({^ref, {:ok, %Thumbnail{}}}, 5_000)
    refute_received {_ref, _result}
  end

  test "it goes to any pid, alias, name or {name, node}", %{test: name} do
    start_fake(name, "echo")
    relay = relay(name)
    alias = :erlang.alias()

    for reply_to <- [relay, :"relay of #{name}", {:"relay of #{name}", node()}] do
      ref = async(name, reply_to: reply_to)
      assert_receive {^relay, {^ref, {:ok, %Thumbnail{}}}}, 5_000
    end

    ref = async(name, reply_to: alias)
    assert_receive {^ref, {:ok, %Thumbnail{}}}, 5_000
  end

  test "a cluster group is asked as an instance is", %{test: name} do
    start_instance(name, cluster: :"group of #{name}")
    ref = Thumbnailer.async(sample("photo.jpg"), 100, on: {:cluster, :"group of #{name}"})
    assert_receive {^ref, {:ok, %Thumbnail{width: 100}}}, 10_000
  end

  test "an error is a result like any other", %{test: name} do
    ref = async(NoSuchInstance)
    assert_receive {^ref, {:error, %Error{reason: :unavailable, message: message}}}
    assert message =~ "no instance NoSuchInstance is running: there is no process of that name"

    start_fake(name, "exits_on_request")
    ref = async(name)
    assert_receive {^ref, {:error, %Error{reason: :port_exited}}}, 5_000
  end

  test "wrong arguments raise in the caller", %{test: name} do
    assert_raise ArgumentError, ~r/option :reply_to must be a pid, an alias/, fn ->
      async(name, reply_to: "me")
    end

    assert_raise ArgumentError, ~r/:reply_to does not belong here.* async/, fn ->
      Thumbnailer.make({:bytes, "x"}, 100, reply_to: self())
    end

    assert_raise ArgumentError, ~r/unknown option :sise/, fn -> async(name, sise: 1) end
    assert_raise ArgumentError, fn -> Thumbnailer.async(nil, 100) end
  end

  test "cancelled, it is answered as such, once, and is cancelled in the program", %{test: name} do
    start_fake(name, "holds_until_cancel", timeout: 60_000)
    os_pid = os_pid(name)
    ref = async(name)
    other = async(name)
    eventually("the requests were not sent", fn -> counts(name).sent == 2 end)
    assert :ok = Thumbnailer.cancel(ref)
    assert_receive {^ref, {:error, %Error{reason: :cancelled}}}, 5_000
    # The program answers what else it holds when it is told to cancel.
    assert_receive {^other, {:ok, %Thumbnail{}}}, 5_000
    assert :ok = Thumbnailer.cancel(ref)
    refute_receive {^ref, _result}, 50
    assert os_pid(name) == os_pid
  end

  @tag :real
  test "a streamed source is made, given up when it is cancelled, and told of when it breaks off",
       %{
         test: name
       } do
    on = start_instance(:"#{name} real", workers: 1)
    bytes = File.read!(sample("photo.jpg"))
    {:ok, made} = Thumbnailer.make({:bytes, bytes}, 60, on: on)
    chunks = for <<chunk::binary-size(1_000) <- bytes>>, do: chunk
    rest = binary_part(bytes, 1_000 * length(chunks), rem(byte_size(bytes), 1_000))
    ref = Thumbnailer.async(chunks ++ [rest], 60, on: on)
    assert_receive {^ref, {:ok, ^made}}, 10_000

    # A source that says what it does, and does not end by itself.
    test = self()

    endless =
      Stream.repeatedly(fn ->
        receive(do: (:never -> ""), after: (10 -> send(test, :chunk))) && "x"
      end)

    ref = Thumbnailer.async(endless, 60, on: on, timeout: 60_000)
    assert_receive :chunk, 5_000
    :ok = Thumbnailer.cancel(ref)
    assert_receive {^ref, {:error, %Error{reason: :cancelled}}}, 5_000
    eventually("the source is still read", fn -> drained?() end)
    {:ok, %{program: %{streams: 0}}} = Thumbnailer.stats(on)

    raising = Stream.map(1..3, fn n -> if n == 3, do: raise("no more"), else: "x" end)
    ref = Thumbnailer.async(raising, 60, on: on)
    assert_receive {^ref, {:error, %Error{reason: :cancelled, message: message}}}, 5_000
    assert message =~ "its source broke off: no more"
    refute_receive {^ref, _twice}, 50
  end

  # No chunk for a while, and all that came were taken.
  defp drained? do
    receive do
      :chunk -> drained?()
    after
      100 -> true
    end
  end

  test "a stream is enumerated in a supervised task whose callers lead to who asked", %{
    test: name
  } do
    start_fake(name, "echo")
    test = self()

    source =
      Stream.map(["x"], fn piece ->
        callers = Process.get(:"$callers")
        [supervisor | _] = Process.get(:"$ancestors")
        send(test, {:enumerated, callers, supervisor})
        piece
      end)

    ref = Thumbnailer.async(source, 1, on: name)
    assert_receive {:enumerated, callers, supervisor}, 5_000
    assert List.last(callers) == self()
    tasks = Supervisor.which_children(Thumbnailer.Call.Tasks)
    assert Enum.any?(tasks, fn {_id, pid, _type, _modules} -> pid == supervisor end)
    Thumbnailer.cancel(ref)
    assert_receive {^ref, _result}, 5_000
  end

  test "cancelled while it waits, it leaves the queue", %{test: name} do
    start_fake(name, "never_answers", timeout: 60_000)
    os_pid(name)
    for _ <- 1..2, do: async(name)
    eventually("they were not sent", fn -> counts(name).sent == 2 end)
    ref = async(name)
    eventually("the request did not arrive", fn -> counts(name).waiting == 1 end)
    :ok = Thumbnailer.cancel(ref)
    assert_receive {^ref, {:error, %Error{reason: :cancelled}}}
    eventually("it waits still", fn -> counts(name).waiting == 0 end)
  end

  test "to cancel what is done, or never was, is nothing", %{test: name} do
    start_fake(name, "echo")
    ref = async(name)
    assert_receive {^ref, {:ok, _}}, 5_000
    assert :ok = Thumbnailer.cancel(ref)
    assert :ok = Thumbnailer.cancel(make_ref())
    refute_receive {_ref, _result}, 50
  end

  test "any process may cancel", %{test: name} do
    start_fake(name, "never_answers", timeout: 60_000)
    ref = async(name)
    spawn(fn -> Thumbnailer.cancel(ref) end)
    assert_receive {^ref, {:error, %Error{reason: :cancelled}}}
  end

  test "when its recipient ends, the request is cancelled", %{test: name} do
    start_fake(name, "never_answers", timeout: 60_000)
    os_pid(name)
    recipient = spawn(fn -> Process.sleep(:infinity) end)
    for _ <- 1..3, do: async(name, reply_to: recipient)
    eventually("the requests did not arrive", fn -> counts(name).waiting == 1 end)
    Process.exit(recipient, :kill)
    eventually("a request waits still", fn -> counts(name).waiting == 0 end)
  end

  test "when its caller ends, the request goes on unless only an alias is known", %{test: name} do
    start_fake(name, "never_answers", timeout: 60_000)
    os_pid(name)
    relay = relay(name)

    {caller, monitor} =
      spawn_monitor(fn ->
        for reply_to <- [relay, :erlang.alias()], do: async(name, reply_to: reply_to)
        eventually("they were not sent", fn -> counts(name).sent == 2 end)
      end)

    assert_receive {:DOWN, ^monitor, :process, ^caller, :normal}, 5_000
    abandoned = fn -> for {_id, %{reply_to: nil} = entry} <- entries(name), do: entry.id end
    eventually("the other is not cancelled", fn -> length(abandoned.()) == 1 end)
    refute_receive {^relay, _message}, 50
    assert length(abandoned.()) == 1
  end

  test "when the instance is killed, the result says so, once", %{test: name} do
    start_fake(name, "never_answers", timeout: 60_000)
    os_pid(name)
    ref = async(name)
    eventually("the request did not arrive", fn -> counts(name).sent == 1 end)
    Process.exit(Process.whereis(name), :kill)

    assert_receive {^ref, {:error, %Error{reason: :unavailable, message: message}}},
                   5_000

    assert message =~ "killed"
    refute_receive {^ref, _result}, 50
  end

  test "no process is left of a thousand requests", %{test: name} do
    start_fake(name, "echo")
    os_pid(name)
    {:links, links} = Process.info(self(), :links)
    before = tasks()
    refs = for _ <- 1..1_000, do: async(name)
    for ref <- refs, do: assert_receive({^ref, {:ok, _}}, 10_000)
    eventually("tasks are left", fn -> tasks() -- before == [] end)
    assert Process.info(self(), :links) == {:links, links}
    assert Process.info(self(), :monitors) == {:monitors, []}
  end

  # Of this test's alone: the others run at the same time.
  defp tasks do
    for pid <- Process.list(),
        {:dictionary, dictionary} <- [Process.info(pid, :dictionary)],
        self() in (dictionary[:"$callers"] || []),
        do: pid
  end
end
