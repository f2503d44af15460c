defmodule Thumbnailer.Port do
  @moduledoc false
  # Owns one operating system process at a time: starts it, checks its hello, writes requests to it, passes its
  # answers on to the server, and starts the next one when it ends. It waits between starts itself, so that a
  # program that cannot run costs the supervisor no restart.
  #
  # To the server it sends {:port, self(), event}; the events are in `t:event/0`.

  use GenServer, shutdown: 5_000

  alias Thumbnailer.{Backoff, Error, Executable, ExitStatus, Frames, OsProcess, Request}
  alias Thumbnailer.{Telemetry, Wire}

  require Logger

  # A program that lived this many milliseconds had started well: its end is not part of a row of failures.
  @settled 1_000

  @enforce_keys [:server, :max_reply, :start_timeout]
  defstruct [
    :server,
    :executable,
    :max_reply,
    :start_timeout,
    :session,
    :os_pid,
    :frames,
    :hello,
    :started_at,
    # why the process is about to end, when it was us who ended it
    :verdict,
    arguments: [],
    lazy: false,
    state: :idle,
    failures: 0,
    held: MapSet.new(),
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
    Logger.metadata(thumbnailer: opts[:server])
    {:ok, struct!(__MODULE__, opts), {:continue, :attach}}
  end

  @impl true
  def handle_continue(:attach, state) do
    tell(state, :attached)
    {:noreply, if(state.lazy, do: state, else: start(state))}
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
  def handle_info({session, {:data, bytes}}, %{session: session} = state),
    do: {:noreply, receive_bytes(state, bytes)}

  def handle_info({session, {:exit_status, status}}, %{session: session} = state),
    do: {:noreply, ended(state, status)}

  # Without an exit status: the program closed a pipe. No word of its end will come, so it is made certain.
  def handle_info({:EXIT, session, reason}, %{session: session} = state) do
    _ = OsProcess.reap(state.os_pid)
    {:noreply, ended(state, reason)}
  end

  # What a port sends after the end that was dealt with already.
  def handle_info({:EXIT, port, _reason}, state) when is_port(port), do: {:noreply, state}
  def handle_info({port, {:data, _bytes}}, state) when is_port(port), do: {:noreply, state}
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
      state = %{state | session: session, os_pid: os_pid, frames: Frames.new(state.max_reply)}
      %{state | state: :starting, started_at: System.monotonic_time()}
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
      %{state | held: MapSet.put(state.held, id)}
    end
  end

  # -- read

  # Nothing that a program says after it broke the protocol can be trusted; one that is killed for its
  # silence may still have answers under way.
  defp receive_bytes(%{verdict: {:bad_reply, _why, _permanent?}} = state, _bytes), do: state

  defp receive_bytes(state, bytes) do
    case Frames.push(state.frames, bytes) do
      {:ok, frames, rest} -> Enum.reduce(frames, %{state | frames: rest}, &read(&2, &1))
      {:error, length} -> kill(state, :bad_reply, too_long(length, state.max_reply))
    end
  end

  defp too_long(length, max),
    do: "it announced a frame of #{length} bytes, over the #{max} that an answer may have"

  defp read(%{verdict: {:bad_reply, _why, _permanent?}} = state, _frame), do: state

  defp read(%{state: :starting} = state, frame) do
    case Wire.decode_hello(frame) do
      {:ok, hello} -> up(state, hello)
      {:error, why} -> kill(state, :bad_reply, "it sent " <> why, true)
    end
  end

  defp read(state, frame) do
    case Wire.decode(frame) do
      {:ok, {:event, name, map}} ->
        Telemetry.worker(state.server, name, map)
        state

      {:ok, {id, outcome}} ->
        tell(state, {:reply, state.session, id, outcome})
        %{state | held: MapSet.delete(state.held, id)}

      {:error, why} ->
        kill(state, :bad_reply, "it sent " <> why)
    end
  end

  # It says hello at last, but is as good as dead.
  defp up(%{verdict: verdict} = state, _hello) when verdict != nil, do: state

  defp up(state, hello) do
    tell(state, {:up, state.session, state.os_pid, hello})
    Telemetry.port_started(state.server, state.os_pid, hello, lifetime(state))
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
    Process.send_after(self(), :restart, delay)
    observe(state, error, delay)

    %{
      log(state, error, delay)
      | state: :waiting,
        session: nil,
        os_pid: nil,
        frames: nil,
        hello: nil,
        verdict: nil,
        held: MapSet.new(),
        failures: failures
    }
  end

  # A program that could not even be started has no end.
  defp observe(%{session: nil}, _error, _delay), do: :ok

  defp observe(%{server: server, os_pid: os_pid} = state, error, delay) do
    measurements = %{lifetime: lifetime(state), lost: MapSet.size(state.held)}
    metadata = %{os_pid: os_pid, error: error, restart_in: delay}
    Telemetry.port_exited(server, metadata, measurements)
  end

  # One line for each death; but a program that never gets as far as its hello is tried again and again, and
  # spoken of once.
  defp log(%{state: state, silent: true} = port, _error, _delay) when state != :up, do: port

  defp log(port, error, delay) do
    Logger.error(
      "thumbnailer #{inspect(port.server)}: #{error.message}; " <>
        "#{MapSet.size(port.held)} requests were lost, the next start is in #{delay} ms",
      [os_pid: port.os_pid, reason: error.reason] ++ Map.to_list(error.details)
    )

    %{port | silent: port.state != :up}
  end

  defp settled?(%{state: :up} = state),
    do: System.convert_time_unit(lifetime(state), :native, :millisecond) >= @settled

  defp settled?(_state), do: false

  # In native units, as telemetry has them.
  defp lifetime(%{started_at: started_at}), do: System.monotonic_time() - started_at

  defp tell(%{server: server}, event) do
    # The server is gone only while the supervisor is about to end this process, too.
    with pid when is_pid(pid) <- GenServer.whereis(server), do: send(pid, {:port, self(), event})
  end
end
