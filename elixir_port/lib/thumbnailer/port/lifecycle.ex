defmodule Thumbnailer.Port.Lifecycle do
  @moduledoc false
  # What becomes of the port program: it is started, said hello by, written to and read, and when it has ended it is
  # started again. One at a time, its session is the Erlang port that it is behind. The waiting between starts is done
  # here, so that a program that cannot run costs the supervisor no restart. Runs in the port process.

  alias Thumbnailer.{Error, OS, Request, Telemetry}
  alias Thumbnailer.Port.{Backoff, Executable, ExitReport, Tracer}
  alias Thumbnailer.Protocol.{Codec, FrameBuffer}

  # How long a killed program may take to be gone, in milliseconds.
  @kill_grace 300

  # Above all ids that the server will come to, so that the two never meet.
  @first_ping 4_611_686_018_427_387_904

  @enforce_keys [:server, :max_reply_bytes, :start_timeout]
  defstruct [
    :server,
    :executable,
    :max_reply_bytes,
    :start_timeout,
    :session,
    :os_pid,
    :frames,
    :hello,
    :started_at,
    # why the program was killed, until its end is noticed
    :kill_reason,
    arguments: [],
    lazy: false,
    state: :idle,
    failures: 0,
    in_flight: MapSet.new(),
    # who waits until the program has taken a chunk, by the id of the ping that follows it
    chunks: %{},
    next_ping: @first_ping,
    # the process that writes down what passes
    tracer: nil,
    # the log already has a line about the program that does not start
    failure_logged: false
  ]

  @type t :: %__MODULE__{
          server: GenServer.server(),
          executable: Path.t() | nil,
          max_reply_bytes: pos_integer,
          start_timeout: pos_integer,
          session: port | nil,
          os_pid: non_neg_integer | nil,
          frames: FrameBuffer.t() | nil,
          hello: map | nil,
          # in native units
          started_at: integer | nil,
          kill_reason: {Error.reason(), String.t(), permanent? :: boolean} | nil,
          arguments: [String.t()],
          lazy: boolean,
          state: :idle | :starting | :up | :waiting,
          failures: non_neg_integer,
          in_flight: MapSet.t(pos_integer),
          chunks: %{pos_integer => GenServer.from()},
          next_ping: pos_integer,
          tracer: Tracer.t() | nil,
          failure_logged: boolean
        }

  @typedoc "`in_flight` are the ids of the requests that were written to the program and not answered."
  @type event ::
          :attached
          | :starting
          | {:up, session :: port, os_pid :: non_neg_integer, hello :: map}
          | {:reply, session :: port, id :: pos_integer, {:ok, map} | {:error, Error.t()}}
          | {:down, Error.t(), in_flight :: MapSet.t(pos_integer), permanent? :: boolean}

  # -- start

  @doc "Starts the program."
  @spec start(t) :: t
  def start(state) do
    notify(state, :starting)

    with {:ok, path} <- Executable.find(state.executable),
         {:ok, session, os_pid} <- OS.Process.start(path, state.arguments) do
      Process.send_after(self(), {:start_timeout, session}, state.start_timeout)

      state = %{
        state
        | session: session,
          os_pid: os_pid,
          frames: FrameBuffer.new(state.max_reply_bytes)
      }

      %{state | state: :starting, started_at: System.monotonic_time()}
    else
      {:error, why} -> down(state, Error.new(:port_exited, why), true)
      {:busy, why} -> down(state, Error.new(:port_exited, why), false)
    end
  end

  # -- write

  @doc "Writes a request, unless it is larger than the program takes."
  @spec write_request(t, pos_integer, [binary]) :: t
  def write_request(state, id, frame) do
    limit = state.hello.limits.max_request_bytes

    if :erlang.iolist_size(frame) > limit do
      message =
        "the request is larger than the #{limit} bytes that it may have (:max_request_bytes)"

      error = Error.new(:too_large, message, limit: limit)
      notify(state, {:reply, state.session, id, {:error, error}})
      state
    else
      OS.Process.write(state.session, frame)
      Tracer.trace(state.tracer, :request, id, frame)
      %{state | in_flight: MapSet.put(state.in_flight, id)}
    end
  end

  @doc "Writes a chunk of a source; `from` gets its reply when the program has taken it, or never will."
  @spec write_chunk(t, pos_integer, binary | :eof, GenServer.from()) :: t
  # The program answers the ping when it has taken all that came before it.
  def write_chunk(%{next_ping: ping} = state, id, bytes, from) do
    frame = Codec.chunk(id, bytes)
    OS.Process.write(state.session, frame)
    OS.Process.write(state.session, Codec.request(ping, %Request{op: :ping}, 0))
    Tracer.trace(state.tracer, :chunk, id, frame)
    %{state | chunks: Map.put(state.chunks, ping, from), next_ping: ping + 1}
  end

  # -- read

  @doc "The program has sent bytes: a part of a frame, or several."
  @spec read(t, binary) :: t
  # Nothing that a program says after it broke the protocol can be trusted; one that is killed for its
  # silence may still have answers under way.
  def read(%{kill_reason: {:bad_reply, _why, _permanent?}} = state, _bytes), do: state

  def read(state, bytes) do
    case FrameBuffer.push(state.frames, bytes) do
      {:ok, frames, rest} -> Enum.reduce(frames, %{state | frames: rest}, &read_frame(&2, &1))
      {:error, length} -> kill(state, :bad_reply, too_long(length, state.max_reply_bytes))
    end
  end

  defp too_long(length, max),
    do: "it announced a frame of #{length} bytes, over the #{max} that an answer may have"

  defp read_frame(%{kill_reason: {:bad_reply, _why, _permanent?}} = state, _frame), do: state

  defp read_frame(%{state: :starting} = state, frame) do
    case Codec.decode_hello(frame) do
      {:ok, hello} -> up(state, hello)
      {:error, why} -> kill(state, :bad_reply, "it sent " <> why, true)
    end
  end

  defp read_frame(state, frame) do
    case Codec.decode(frame) do
      {:ok, {:event, name, map}} ->
        Telemetry.worker(state.server, name, map)
        state

      {:ok, {ping, _pong}} when is_map_key(state.chunks, ping) ->
        {from, chunks} = Map.pop!(state.chunks, ping)
        GenServer.reply(from, :ok)
        %{state | chunks: chunks}

      {:ok, {id, outcome}} ->
        notify(state, {:reply, state.session, id, outcome})
        Tracer.trace(state.tracer, :reply, id, frame)
        %{state | in_flight: MapSet.delete(state.in_flight, id)}

      {:error, why} ->
        kill(state, :bad_reply, "it sent " <> why)
    end
  end

  # It says hello at last, but is as good as dead.
  defp up(%{kill_reason: kill_reason} = state, _hello) when kill_reason != nil, do: state

  defp up(state, hello) do
    notify(state, {:up, state.session, state.os_pid, hello})
    Telemetry.port_started(state.server, state.os_pid, hello, ExitReport.lifetime(state))
    %{state | state: :up, hello: hello}
  end

  # -- end

  @doc "Kills the program: with what reason its requests end, what the log says, and whether another try is in vain."
  @spec kill(t, Error.reason(), String.t(), boolean) :: t
  def kill(state, reason, why, permanent? \\ false) do
    OS.Process.kill(state.session)
    mark_killed(state, reason, why, permanent?)
  end

  @doc "As `kill/4`, when somebody else does the killing."
  @spec mark_killed(t, Error.reason(), String.t(), boolean) :: t
  # The first reason is kept: later ones follow from it.
  def mark_killed(%{kill_reason: nil} = state, reason, why, permanent?) do
    Process.send_after(self(), {:force_close, state.session}, @kill_grace)
    %{state | kill_reason: {reason, why, permanent?}}
  end

  def mark_killed(state, _reason, _why, _permanent?), do: state

  @doc """
  The program was killed a while ago, and its port has not said so: somebody else holds its pipes open. Nothing more will
  come of it.
  """
  @spec force_close(t) :: t
  def force_close(state) do
    OS.Process.close(state.session)
    # On a busy machine the kill may be under way still, and finds a closed port.
    _ = OS.Process.reap(state.os_pid)
    ended(state, :closed)
  end

  @doc "The program has ended, with an exit status or the reason of its port."
  @spec ended(t, term) :: t
  def ended(state, status) do
    {error, permanent?} = ExitReport.cause(state, status)
    down(state, error, permanent?)
  end

  defp down(state, error, permanent?) do
    failures = if ExitReport.stable?(state), do: 1, else: state.failures + 1
    delay = Backoff.delay(failures)
    notify(state, {:down, error, state.in_flight, permanent?})
    for {_ping, from} <- state.chunks, do: GenServer.reply(from, :gone)
    for id <- state.in_flight, do: Tracer.trace(state.tracer, :lost, id, error.reason)
    Process.send_after(self(), :restart, delay)

    %{
      ExitReport.publish(state, error, delay)
      | state: :waiting,
        session: nil,
        os_pid: nil,
        frames: nil,
        hello: nil,
        kill_reason: nil,
        in_flight: MapSet.new(),
        chunks: %{},
        failures: failures
    }
  end

  @doc "Sends an event to the server."
  @spec notify(t, event) :: any
  def notify(%{server: server}, event) do
    # The server is gone only while the supervisor is about to end this process, too.
    with pid when is_pid(pid) <- GenServer.whereis(server), do: send(pid, {:port, self(), event})
  end
end
