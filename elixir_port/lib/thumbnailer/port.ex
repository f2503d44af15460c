defmodule Thumbnailer.Port do
  @moduledoc false
  # Owns one operating system process at a time: starts it, checks its hello, writes requests to it, passes its
  # answers on to the server, and starts the next one when it ends. It waits between starts itself, so that a
  # program that cannot run costs the supervisor no restart.
  #
  # To the server it sends {:port, self(), event}; the events are in `t:event/0`.

  use GenServer, shutdown: 5_000

  alias Thumbnailer.{Backoff, Error, Executable, ExitStatus, OsProcess, Recorder, Request, Wire}

  require Logger

  # A program that lived this long had started well: its end is not part of a row of failures.
  @settled 10_000

  # Above all ids that the server will come to, so that the two never meet.
  @first_ping 4_611_686_018_427_387_904

  @enforce_keys [:server, :max_reply, :start_timeout]
  defstruct [
    :server,
    :executable,
    :max_reply,
    :start_timeout,
    :session,
    :os_pid,
    :hello,
    :started_at,
    # why the process is about to end, when it was us who ended it
    :verdict,
    arguments: [],
    lazy: false,
    state: :idle,
    failures: 0,
    held: MapSet.new(),
    # who waits until the program has taken a chunk, by the id of the ping that follows it
    chunks: %{},
    next_ping: @first_ping,
    # the process that writes down what passes
    recorder: nil,
    # the log has said already that the program does not start
    silent: false
  ]

  @typedoc "`held` are the ids of the requests that were written to the program and not answered."
  @type event ::
          :attached
          | :starting
          | {:up, session :: port, os_pid :: non_neg_integer, hello :: map}
          | {:reply, session :: port, id :: pos_integer, {:ok, map} | {:error, Error.t()}}
          | {:down, Error.t(), held :: MapSet.t(pos_integer), permanent? :: boolean}

  @doc "Starts the port process; the options are the fields of the struct above its state."
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(opts), do: GenServer.start_link(__MODULE__, opts)

  @doc "Starts the program of a lazy instance."
  @spec wake(pid) :: :ok
  def wake(port), do: GenServer.cast(port, :wake)

  @doc "Writes a request to that life of the program which `session` stands for, and to no other."
  @spec send_request(pid, port, pos_integer, Request.t(), pos_integer) :: :ok
  def send_request(port, session, id, request, deadline),
    do: GenServer.cast(port, {:request, session, id, request, deadline})

  @doc """
  Writes a piece of the source of a streamed request, or its end, and waits until the program has taken it.

  That is the back-pressure: a caller can have one piece under way. `:gone` when the request was answered already or
  that life of the program is over.
  """
  @spec chunk(pid, port, pos_integer, binary | :eof) :: :ok | :gone
  def chunk(port, session, id, bytes) do
    GenServer.call(port, {:chunk, session, id, bytes}, :infinity)
  catch
    :exit, _ended -> :gone
  end

  @doc "From now on the recorder gets the notes that `Thumbnailer.Recorder` speaks of; there is one at a time."
  @spec record(pid, map) :: :ok | {:error, :recording}
  def record(port, tap), do: GenServer.call(port, {:record, tap})

  @spec cancel(pid, port, pos_integer) :: :ok
  def cancel(port, session, id), do: GenServer.cast(port, {:cancel, session, id})

  @doc "Says why the server kills the program: with what reason its requests end, and what the log says."
  @spec condemn(pid, port, Error.reason(), String.t()) :: :ok
  def condemn(port, session, reason, why),
    do: GenServer.cast(port, {:condemn, session, reason, why})

  @impl true
  def init(opts) do
    # Else the end of the program would be ours.
    Process.flag(:trap_exit, true)
    {:ok, struct!(__MODULE__, opts), {:continue, :attach}}
  end

  @impl true
  def handle_continue(:attach, state) do
    tell(state, :attached)
    {:noreply, if(state.lazy, do: state, else: start(state))}
  end

  @impl true
  def handle_call({:chunk, session, id, bytes}, from, %{session: session} = state) do
    if id in state.held,
      do: {:noreply, write_chunk(state, id, bytes, from)},
      else: {:reply, :gone, state}
  end

  def handle_call({:chunk, _old, _id, _bytes}, _from, state), do: {:reply, :gone, state}

  def handle_call({:record, recorder}, _from, state) do
    if state.recorder && Process.alive?(state.recorder.pid),
      do: {:reply, {:error, :recording}, state},
      else: {:reply, :ok, %{state | recorder: recorder}}
  end

  @impl true
  def handle_cast(:wake, %{state: :idle} = state), do: {:noreply, start(state)}
  def handle_cast(:wake, state), do: {:noreply, state}

  def handle_cast({:request, session, id, request, deadline}, %{session: session} = state),
    do: {:noreply, write_request(state, id, Wire.request(id, request, deadline))}

  # The server learns from the :down event that this one was not written.
  def handle_cast({:request, _old, _id, _request, _deadline}, state), do: {:noreply, state}

  def handle_cast({:cancel, session, id}, %{session: session} = state) do
    OsProcess.write(session, Wire.cancel(id))
    {:noreply, state}
  end

  def handle_cast({:cancel, _old, _id}, state), do: {:noreply, state}

  def handle_cast({:condemn, session, reason, why}, %{session: session} = state),
    do: {:noreply, condemned(state, reason, why, false)}

  def handle_cast({:condemn, _old, _reason, _why}, state), do: {:noreply, state}

  @impl true
  def handle_info({session, {:data, frame}}, %{session: session} = state),
    do: {:noreply, read(state, frame)}

  def handle_info({session, {:exit_status, status}}, %{session: session} = state),
    do: {:noreply, ended(state, status)}

  # Without an exit status: the program closed a pipe. No word of its end will come, so it is made certain.
  def handle_info({:EXIT, session, reason}, %{session: session} = state) do
    _ = OsProcess.reap(state.os_pid)
    {:noreply, ended(state, reason)}
  end

  # What a port sends after the end that was dealt with already.
  def handle_info({:EXIT, port, _reason}, state) when is_port(port), do: {:noreply, state}
  def handle_info({port, {:data, _frame}}, state) when is_port(port), do: {:noreply, state}
  def handle_info({port, {:exit_status, _}}, state) when is_port(port), do: {:noreply, state}

  def handle_info({:start_timeout, session}, %{session: session, state: :starting} = state) do
    why = "it did not say hello within #{state.start_timeout} ms"
    {:noreply, kill(state, :port_exited, why)}
  end

  def handle_info({:start_timeout, _session}, state), do: {:noreply, state}
  def handle_info(:restart, state), do: {:noreply, start(state)}
  def handle_info({:EXIT, _pid, _reason}, state), do: {:noreply, state}

  # The end of its input tells the program to go; terminate/2 waits to see it gone.
  @impl true
  def terminate(_reason, %{session: nil}), do: :ok

  def terminate(_reason, %{session: session, os_pid: os_pid}) do
    OsProcess.close(session)
    OsProcess.await_end(os_pid)
  end

  # -- start

  defp start(state) do
    tell(state, :starting)

    with {:ok, path} <- Executable.find(state.executable),
         {:ok, session, os_pid} <- OsProcess.start(path, state.arguments) do
      Process.send_after(self(), {:start_timeout, session}, state.start_timeout)
      %{state | session: session, os_pid: os_pid, state: :starting, started_at: now()}
    else
      {:error, why} -> down(state, Error.new(:port_exited, why), true)
      {:busy, why} -> down(state, Error.new(:port_exited, why), false)
    end
  end

  # -- write

  defp write_request(state, id, frame) do
    limit = state.hello.limits.max_frame

    if :erlang.iolist_size(frame) > limit do
      message = "the request is larger than the #{limit} bytes that a frame may have (:max_frame)"
      error = Error.new(:too_large, message, limit: limit)
      tell(state, {:reply, state.session, id, {:error, error}})
      state
    else
      OsProcess.write(state.session, frame)
      Recorder.note(state.recorder, :request, id, frame)
      %{state | held: MapSet.put(state.held, id)}
    end
  end

  # The program answers the ping when it has taken all that came before it.
  defp write_chunk(%{next_ping: ping} = state, id, bytes, from) do
    frame = Wire.chunk(id, bytes)
    OsProcess.write(state.session, frame)
    OsProcess.write(state.session, Wire.request(ping, %Request{op: :ping}, 0))
    Recorder.note(state.recorder, :chunk, id, frame)
    %{state | chunks: Map.put(state.chunks, ping, from), next_ping: ping + 1}
  end

  # -- read

  # Nothing that a program says after it broke the protocol can be trusted; one that is killed for its
  # silence may still have answers under way.
  defp read(%{verdict: {:bad_reply, _why, _permanent?}} = state, _frame), do: state

  defp read(%{max_reply: max} = state, frame) when byte_size(frame) > max do
    why = "it sent a frame of #{byte_size(frame)} bytes, over the #{max} that an answer may have"
    kill(state, :bad_reply, why)
  end

  defp read(%{state: :starting} = state, frame) do
    case Wire.decode_hello(frame) do
      {:ok, hello} -> up(state, hello)
      {:error, why} -> kill(state, :bad_reply, "it sent " <> why, true)
    end
  end

  defp read(state, frame) do
    case Wire.decode(frame) do
      {:ok, {ping, _pong}} when is_map_key(state.chunks, ping) ->
        {from, chunks} = Map.pop!(state.chunks, ping)
        GenServer.reply(from, :ok)
        %{state | chunks: chunks}

      {:ok, {id, outcome}} ->
        tell(state, {:reply, state.session, id, outcome})
        Recorder.note(state.recorder, :reply, id, frame)
        %{state | held: MapSet.delete(state.held, id)}

      {:error, why} ->
        kill(state, :bad_reply, "it sent " <> why)
    end
  end

  # It says hello at last, but is as good as dead.
  defp up(%{verdict: verdict} = state, _hello) when verdict != nil, do: state

  defp up(state, hello) do
    tell(state, {:up, state.session, state.os_pid, hello})
    %{state | state: :up, hello: hello}
  end

  # -- end

  defp kill(state, reason, why, permanent? \\ false) do
    OsProcess.kill(state.session)
    condemned(state, reason, why, permanent?)
  end

  # The first verdict stands: what follows it is a consequence.
  defp condemned(%{verdict: nil} = state, reason, why, permanent?),
    do: %{state | verdict: {reason, why, permanent?}}

  defp condemned(state, _reason, _why, _permanent?), do: state

  defp ended(%{verdict: nil, os_pid: os_pid} = state, status) do
    phase = if state.state == :starting, do: " before its hello", else: ""
    message = "the port program (os pid #{os_pid}) ended#{phase}: #{ExitStatus.describe(status)}"
    error = Error.new(:port_exited, message, ExitStatus.details(status))
    down(state, error, ExitStatus.permanent?(status))
  end

  defp ended(%{verdict: {reason, why, permanent?}, os_pid: os_pid} = state, _killed) do
    message = "the port program (os pid #{os_pid}) was killed: #{why}"
    down(state, Error.new(reason, message), permanent?)
  end

  defp down(state, error, permanent?) do
    failures = if settled?(state), do: 1, else: state.failures + 1
    delay = Backoff.delay(failures)
    tell(state, {:down, error, state.held, permanent?})
    for {_ping, from} <- state.chunks, do: GenServer.reply(from, :gone)
    for id <- state.held, do: Recorder.note(state.recorder, :lost, id, error.reason)
    Process.send_after(self(), :restart, delay)

    %{
      log(state, error, delay)
      | state: :waiting,
        session: nil,
        os_pid: nil,
        hello: nil,
        verdict: nil,
        held: MapSet.new(),
        chunks: %{},
        failures: failures
    }
  end

  # One line for each death; but a program that never gets as far as its hello is tried again and again, and
  # spoken of once.
  defp log(%{state: state, silent: true} = port, _error, _delay) when state != :up, do: port

  defp log(port, error, delay) do
    Logger.error(
      "thumbnailer #{inspect(port.server)}: #{error.message}; " <>
        "#{MapSet.size(port.held)} requests were lost, the next start is in #{delay} ms",
      Map.to_list(error.details)
    )

    %{port | silent: port.state != :up}
  end

  defp settled?(%{state: :up, started_at: started_at}), do: now() - started_at >= @settled
  defp settled?(_state), do: false

  defp tell(%{server: server}, event) do
    # The server is gone only while the supervisor is about to end this process, too.
    with pid when is_pid(pid) <- GenServer.whereis(server), do: send(pid, {:port, self(), event})
  end

  defp now, do: System.monotonic_time(:millisecond)
end
