defmodule Thumbnailer.Decisions do
  @moduledoc false
  # The state of an instance without its process, and what is decided on it: effects, which are looked at instead of carried out.

  alias Thumbnailer.Instance.{Dispatcher, Message, ProgramOutput, Recovery, State}
  alias Thumbnailer.Port.Lifecycle
  alias Thumbnailer.Request

  @hello %{workers: 1, limits: %{max_request_bytes: 1_000_000, max_streams: 1}}

  @doc "An instance whose program nobody has needed yet."
  def state do
    program = %Lifecycle{max_reply_bytes: 1_000_000, start_timeout: 1_000, lazy: true}

    %State{
      name: __MODULE__,
      max_queue: 3,
      max_queue_bytes: 1_000,
      timeout: 60_000,
      program: program
    }
  end

  # A port stands for a life of the program; nothing is behind it.
  def up(state) do
    {program, _effects} = Lifecycle.start(state.program)
    {program, _effects} = Lifecycle.started(program, {:ok, {hd(Port.list()), 1, self()}}, 0)
    Dispatcher.dispatch(%{state | program: elem(Lifecycle.up(program, @hello, 0), 0)})
  end

  def admit(state, tag, source \\ {:bytes, ""}) do
    request = %Request{op: :make, spec: %{outputs: []}, source: source}
    Dispatcher.admit(state, Message.new(request), {self(), tag}, make_ref())
  end

  def ask(state, op, tag),
    do: Dispatcher.admit(state, Message.new(%Request{op: op}), {self(), tag}, nil)

  def reply(state, id, answer \\ %{}) do
    frame = :erlang.term_to_binary({:ok, id, answer})
    ProgramOutput.data(state, <<byte_size(frame)::32, frame::binary>>)
  end

  # What was done since the last look.
  def done(state), do: {Enum.reverse(state.effects), %{state | effects: []}}

  # What is written to the program: the operation and the id.
  def written(effects) do
    for {:write, _session, frame} <- effects do
      term = frame |> IO.iodata_to_binary() |> :erlang.binary_to_term()
      {elem(term, 0), elem(term, 1)}
    end
  end

  def told(effects), do: for({:reply, {_pid, tag}, message} <- effects, do: {tag, message})

  def ends(state) do
    Recovery.program_down(state, &Lifecycle.exited(&1, 9, state.queue.sent, 0))
  end
end
