defmodule Thumbnailer.Instance.DispatcherTest do
  # Decisions alone: what comes of them are effects, which are looked at instead of carried out.
  use ExUnit.Case, async: true

  import Thumbnailer.Decisions

  alias Thumbnailer.{Error, Request}

  alias Thumbnailer.Instance.{
    Dispatcher,
    Message,
    ProgramOutput,
    Recovery,
    Replies,
    State
  }

  setup do
    {:ok, state: state(), up: up(state())}
  end

  test "what is sent is at most twice what the workers hold", %{up: state} do
    {effects, state} = state |> admit(1) |> admit(2) |> admit(3) |> done()
    assert written(effects) == [make: 1, make: 2]
    {effects, _state} = state |> reply(1) |> done()
    assert written(effects) == [make: 3]
    assert [{1, {:ok, %{times: %{queue: 0, work: 0}}}}] = told(effects)
  end

  test "a caller is watched until it is answered", %{up: state} do
    state = state |> admit(1)
    %{monitor: monitor} = state.queue.entries[1]
    {effects, _state} = state |> reply(1) |> done()
    assert {:demonitor, monitor} in effects
  end

  test "a lazy program is woken by the first request, once", %{state: state} do
    {effects, state} = state |> admit(1) |> admit(2) |> done()
    assert [{:start, nil, []}] = for(effect <- effects, elem(effect, 0) == :start, do: effect)
    assert %{state: :starting, waiting: 2} = State.counts(state)
  end

  test "what the program held is lost with it, and what waits is for the next one", %{up: state} do
    {effects, state} = state |> admit(1) |> admit(2) |> admit(3) |> ends() |> done()

    assert [{1, {:error, %Error{reason: :port_exited}}}, {2, {:error, _}}] =
             Enum.sort(told(effects))

    assert %{state: :down, waiting: 1, sent: 0, restarts: 1} = State.counts(state)
    {effects, _state} = state |> up() |> done()
    assert written(effects) == [make: 3]
  end

  test "what the program held is sent again while it has retries, in its order and before what came later",
       %{up: state} do
    state = %{state | retries: 1} |> admit(1) |> admit(2) |> admit(3)
    {_effects, state} = done(state)
    {effects, state} = state |> ends() |> done()
    assert told(effects) == []
    {effects, state} = state |> up() |> done()
    assert written(effects) == [make: 1, make: 2]
    {effects, state} = state |> ends() |> done()

    assert [{1, {:error, %Error{reason: :port_exited}}}, {2, {:error, _}}] =
             Enum.sort(told(effects))

    {effects, _state} = state |> up() |> done()
    assert written(effects) == [make: 3]
  end

  test "a crash is an answer, and no answer is asked for twice", %{up: state} do
    {_effects, state} = %{state | retries: 5} |> admit(1) |> done()
    frame = :erlang.term_to_binary({:error, 1, %{reason: :crashed, message: "the worker died"}})

    {effects, state} =
      state |> ProgramOutput.data(<<byte_size(frame)::32, frame::binary>>) |> done()

    assert [{1, {:error, %Error{reason: :crashed}}}] = told(effects)
    assert %{waiting: 0, sent: 0, failed: %{crashed: 1}} = State.counts(state)
  end

  test "sources that arrive slowly hold up nobody else", %{up: state} do
    state = state |> admit(1, :stream) |> admit(2, :stream) |> admit(3)
    {effects, _state} = done(state)
    assert written(effects) == [make: 1, make: 3]
    assert [{1, {:feed, 1, _size}}] = told(effects)
  end

  test "a source that has arrived makes room for the next one", %{up: state} do
    {_effects, state} = state |> admit(1, :stream) |> admit(2, :stream) |> done()

    {effects, _state} =
      state |> Dispatcher.chunk(1, 1, Thumbnailer.Protocol.Codec.chunk(1, :eof), true) |> done()

    assert written(effects) == [chunk: 1, make: 2]
  end

  test "a piece of a source is followed by a ping, and the next one is asked for with its answer",
       %{
         up: state
       } do
    {_effects, state} = state |> admit(1, :stream) |> done()

    {effects, state} =
      state |> Dispatcher.chunk(1, 1, Thumbnailer.Protocol.Codec.chunk(1, "x"), false) |> done()

    assert [chunk: 1, ping: ping] = written(effects)
    {effects, state} = state |> reply(ping) |> done()
    assert told(effects) == [{1, :more}]
    assert state.pings == %{}
  end

  test "a piece of somebody else's source, or of one that was answered, is dropped", %{up: state} do
    {_effects, state} = state |> admit(1, :stream) |> done()
    assert Dispatcher.chunk(state, 1, :not_its_tag, "", false) == state
    assert Dispatcher.chunk(state, 2, 1, "", false) == state
  end

  test "questions that a program does not read are bounded", %{up: state} do
    state = Enum.reduce(1..100, state, &ask(&2, :ping, &1))
    assert %{sent: 64, waiting: 36} = State.counts(state)
  end

  test "what waits is bounded by bytes as well as by number, and one may always wait", %{
    up: state
  } do
    state = state |> admit(1) |> admit(2) |> admit(3, {:bytes, :binary.copy("x", 2_000)})
    assert %{waiting: 1} = State.counts(state)
    {_effects, state} = done(state)
    {effects, state} = state |> admit(4, {:bytes, "more"}) |> done()
    assert [{4, {:error, %Error{reason: :overloaded} = error}}] = told(effects)
    assert error.message =~ "(option :max_queue_bytes)"
    assert error.details == %{limit: 1_000}
    assert %{waiting: 1, failed: %{overloaded: 1}} = State.counts(state)
  end

  test "an instance that stops tells its drainer when the last request is answered", %{up: state} do
    {_effects, state} = state |> admit(1) |> Dispatcher.stop(:drainer) |> done()
    assert {[], state} = state |> Dispatcher.maybe_reply_drained() |> done()
    {effects, state} = state |> admit(2) |> done()
    assert [{2, {:error, %Error{reason: :unavailable}}}] = told(effects)
    {effects, _state} = state |> reply(1) |> Dispatcher.maybe_reply_drained() |> done()
    assert {:reply_call, :drainer, :ok} in effects
  end

  test "an answer that comes after everybody was given up is no lie", %{up: state} do
    {_effects, state} = state |> admit(1) |> admit(2) |> admit(3) |> done()
    {effects, state} = state |> Recovery.abort() |> done()
    assert [{1, error}, {2, error}, {3, error}] = Enum.sort(told(effects))
    assert {:error, %Error{reason: :unavailable}} = error
    assert Enum.sort(written(effects)) == [cancel: 1, cancel: 2]
    {effects, state} = state |> reply(1) |> done()
    assert effects == []
    assert %{state: :up, sent: 1} = State.counts(state)
  end

  test "what nobody waits for is cancelled, and not sent again", %{up: state} do
    {_effects, state} = %{state | retries: 3} |> admit(1) |> done()
    {effects, state} = state |> Recovery.caller_down(1) |> done()
    assert written(effects) == [cancel: 1]
    assert %{waiting: 0, sent: 0} = state |> ends() |> State.counts()
  end

  test "a permanent fault answers who waits and refuses who comes", %{state: state} do
    {_effects, state} = state |> admit(1) |> done()
    {effects, state} = state |> ProgramOutput.started({:error, "it is not there"}) |> done()
    assert [{1, {:error, %Error{reason: :unavailable, message: message}}}] = told(effects)
    assert message == "the port program is not running: it is not there"
    {effects, _state} = state |> admit(2) |> done()
    assert [{2, {:error, %Error{reason: :unavailable}}}] = told(effects)
  end

  test "a request of another version of this library is refused with words", %{up: state} do
    message = Map.put(Message.new(%Request{op: :ping}), :version, 1)
    {effects, _state} = state |> Dispatcher.admit(message, {self(), 1}, nil) |> done()
    assert [{1, {:error, %Error{reason: :unavailable, message: words}}}] = told(effects)
    assert words =~ "in version 1, this one takes version 2"
  end

  test "an event about a request that is gone changes nothing", %{up: state} do
    assert Recovery.caller_down(state, 99) == state
    assert Recovery.stream_failed(state, 99, make_ref()) == state
    assert Replies.finish_all(state, [], {:ok, %{}}) == state
  end
end
