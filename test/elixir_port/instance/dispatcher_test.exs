defmodule Thumbnailer.Instance.DispatcherTest do
  # Decisions alone: the test is the server, the port process and the caller.
  use ExUnit.Case, async: true

  alias Thumbnailer.{Error, Request}
  alias Thumbnailer.Instance.{Dispatcher, State}

  @request %Request{op: :make, spec: %{outputs: []}, source: {:bytes, ""}}

  setup do
    # A port that stands for a session of the program; nothing is behind it.
    session = hd(Port.list())
    hello = %{workers: 1, limits: %{max_request_bytes: 1_000}}
    {:ok, state: %State{max_queue: 3, timeout: 60_000}, session: session, hello: hello}
  end

  defp up(state, session, hello) do
    state
    |> Dispatcher.attach(self())
    |> Dispatcher.port_event({:up, session, 1, hello})
  end

  defp admit(state, tag) do
    {:ok, state} = Dispatcher.admit(state, @request, {self(), tag})
    state
  end

  defp error, do: Error.new(:port_exited, "it ended")

  test "what is sent is at most twice what the workers hold", %{
    state: state,
    session: session,
    hello: hello
  } do
    state = state |> up(session, hello) |> admit(1) |> admit(2) |> admit(3)
    assert_received {:"$gen_cast", {:request, ^session, 1, @request, _left}}
    assert_received {:"$gen_cast", {:request, ^session, 2, @request, _left}}
    refute_received {:"$gen_cast", {:request, ^session, 3, @request, _left}}

    Dispatcher.port_event(state, {:reply, session, 1, {:ok, %{}}})
    assert_received {1, {:ok, %{}}}
    assert_received {:"$gen_cast", {:request, ^session, 3, @request, _left}}
  end

  test "a lazy program is woken by the first request, once", %{state: state} do
    state |> Dispatcher.attach(self()) |> admit(1) |> admit(2)
    assert_received {:"$gen_cast", :wake}
    refute_received {:"$gen_cast", :wake}
  end

  test "of what was sent only what the program read is lost with it", %{
    state: state,
    session: session,
    hello: hello
  } do
    state = state |> up(session, hello) |> admit(1) |> admit(2)
    state = Dispatcher.port_event(state, {:down, error(), MapSet.new([1]), false})
    assert_received {1, {:error, %Error{reason: :port_exited}}}
    refute_received {2, _outcome}
    assert %{state: :down, waiting: 1, sent: 0, restarts: 1} = State.counts(state)

    next = hd(Port.list() -- [session])
    Dispatcher.port_event(state, {:up, next, 2, hello})
    assert_received {:"$gen_cast", {:request, ^next, 2, @request, _left}}
  end

  test "what the program held is sent again while it has retries, in its order and before what came later",
       %{
         state: state,
         session: session,
         hello: hello
       } do
    state = %{up(state, session, hello) | retries: 1} |> admit(1) |> admit(2) |> admit(3)
    held = MapSet.new([1, 2])
    state = Dispatcher.port_event(state, {:down, error(), held, false})
    assert %{waiting: 3, sent: 0} = State.counts(state)

    [next, last | _] = Port.list() -- [session]
    state = Dispatcher.port_event(state, {:up, next, 2, hello})
    assert_received {:"$gen_cast", {:request, ^next, 1, @request, _left}}
    assert_received {:"$gen_cast", {:request, ^next, 2, @request, _left}}
    refute_received {:"$gen_cast", {:request, ^next, 3, @request, _left}}

    state = Dispatcher.port_event(state, {:down, error(), held, false})
    assert_received {1, {:error, %Error{reason: :port_exited}}}
    assert_received {2, {:error, %Error{reason: :port_exited}}}
    Dispatcher.port_event(state, {:up, last, 3, hello})
    assert_received {:"$gen_cast", {:request, ^last, 3, @request, _left}}
  end

  test "a crash is an answer, and no answer is asked for twice", %{
    state: state,
    session: session,
    hello: hello
  } do
    state = %{up(state, session, hello) | retries: 5} |> admit(1)
    crash = {:error, Error.new(:crashed, "the worker died")}
    state = Dispatcher.port_event(state, {:reply, session, 1, crash})
    assert_received {1, ^crash}
    assert %{waiting: 0, sent: 0, failed: %{crashed: 1}} = State.counts(state)
  end

  test "an instance that stops tells its drainer when the last request is answered", %{
    state: state,
    session: session,
    hello: hello
  } do
    state = state |> up(session, hello) |> admit(1)
    state = state |> Dispatcher.stop({self(), :drain}) |> Dispatcher.maybe_reply_drained()
    refute_received {:drain, :ok}
    {:error, %Error{reason: :unavailable}, state} = Dispatcher.admit(state, @request, {self(), 2})

    state
    |> Dispatcher.port_event({:reply, session, 1, {:ok, %{}}})
    |> Dispatcher.maybe_reply_drained()

    assert_received {:drain, :ok}
  end

  test "what nobody waits for is not sent again", %{state: state, session: session, hello: hello} do
    state = state |> up(session, hello) |> admit(1)
    state = Dispatcher.abandon(state, 1)
    assert_received {:"$gen_cast", {:cancel, ^session, 1}}
    state = Dispatcher.port_event(state, {:down, error(), MapSet.new(), false})
    assert %{waiting: 0, sent: 0} = State.counts(state)
  end

  test "an answer of a life that is over reaches nobody", %{
    state: state,
    session: session,
    hello: hello
  } do
    state = state |> up(session, hello) |> admit(1)
    old = hd(Port.list() -- [session])
    assert Dispatcher.port_event(state, {:reply, old, 1, {:ok, %{}}}) == state
    refute_received {1, _outcome}
  end

  test "a permanent fault answers who waits and refuses who comes", %{state: state} do
    state = state |> Dispatcher.attach(self()) |> admit(1)
    state = Dispatcher.port_event(state, {:down, error(), MapSet.new(), true})
    assert_received {1, {:error, %Error{reason: :unavailable, message: message}}}
    assert message == "the port program is not running: it ended"

    assert {:error, %Error{reason: :unavailable}, _state} =
             Dispatcher.admit(state, @request, {self(), 2})
  end

  test "a new port process in place of an unmourned one loses nothing silently", %{
    state: state,
    session: session,
    hello: hello
  } do
    state = %{
      up(state, session, hello)
      | program: %{up(state, session, hello).program | os_pid: nil}
    }

    state = admit(state, 1)
    Dispatcher.attach(state, self())
    assert_received {1, {:error, %Error{reason: :port_exited}}}
  end

  test "an event about a request that is gone changes nothing", %{
    state: state,
    session: session,
    hello: hello
  } do
    state = up(state, session, hello)
    assert Dispatcher.expire(state, 99) == state
    assert Dispatcher.abandon(state, 99) == state
  end
end
