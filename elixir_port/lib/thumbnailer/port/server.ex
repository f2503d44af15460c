defmodule Thumbnailer.Port.Server do
  @moduledoc false
  # The process that owns the port program. What it hears from the server, from callers that send it a source and
  # from the Erlang port counts for one session, one run of the program; `Thumbnailer.Port.Lifecycle` decides what follows.
  #
  # To the server it sends {:port, self(), event}; the events are in `t:Thumbnailer.Port.Lifecycle.event/0`.

  use GenServer, shutdown: 5_000

  alias Thumbnailer.{Error, OS, Request}
  alias Thumbnailer.Port.{Lifecycle, Tracer}
  alias Thumbnailer.Protocol.Codec

  require Logger

  @doc "Starts the port process; the options are the fields of `Thumbnailer.Port.Lifecycle` above its state."
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(opts), do: GenServer.start_link(__MODULE__, opts)

  @doc "Starts the program of a lazy instance."
  @spec wake(pid) :: :ok
  def wake(port), do: GenServer.cast(port, :wake)

  @doc "Writes a request to the program of `session`, and to no later one."
  @spec send_request(pid, port, pos_integer, Request.t(), pos_integer) :: :ok
  def send_request(port, session, id, request, timeout),
    do: GenServer.cast(port, {:request, session, id, request, timeout})

  @doc """
  Writes a chunk of the source of a streamed request, or its end, and waits until the program has taken it.

  That is the back-pressure: a caller can have one chunk under way. `:gone` when the request was answered already or
  that session is over.
  """
  @spec chunk(pid, port, pos_integer, binary | :eof) :: :ok | :gone
  def chunk(port, session, id, bytes) do
    GenServer.call(port, {:chunk, session, id, bytes}, :infinity)
  catch
    :exit, _ended -> :gone
  end

  @doc "From now on the recorder of `tracer` is told what passes; there is one at a time."
  @spec trace(pid, Tracer.t()) :: :ok | {:error, :recording}
  def trace(port, tracer), do: GenServer.call(port, {:trace, tracer})

  @spec cancel(pid, port, pos_integer) :: :ok
  def cancel(port, session, id), do: GenServer.cast(port, {:cancel, session, id})

  @doc "Says why the server kills the program: with what reason its requests end, and what the log says."
  @spec mark_killed(pid, port, Error.reason(), String.t()) :: :ok
  def mark_killed(port, session, reason, why),
    do: GenServer.cast(port, {:killed, session, reason, why})

  @impl true
  def init(opts) do
    # Else the end of the program would be ours.
    Process.flag(:trap_exit, true)
    Logger.metadata(thumbnailer: opts[:server])
    {:ok, struct!(Lifecycle, opts), {:continue, :attach}}
  end

  @impl true
  def handle_continue(:attach, state) do
    Lifecycle.notify(state, :attached)
    {:noreply, if(state.lazy, do: state, else: Lifecycle.start(state))}
  end

  @impl true
  def handle_call({:chunk, session, id, bytes}, from, %{session: session} = state) do
    if id in state.in_flight,
      do: {:noreply, Lifecycle.write_chunk(state, id, bytes, from)},
      else: {:reply, :gone, state}
  end

  def handle_call({:chunk, _old, _id, _bytes}, _from, state), do: {:reply, :gone, state}

  def handle_call({:trace, tracer}, _from, state) do
    if state.tracer && Process.alive?(state.tracer.pid),
      do: {:reply, {:error, :recording}, state},
      else: {:reply, :ok, %{state | tracer: tracer}}
  end

  @impl true
  def handle_cast(:wake, %{state: :idle} = state), do: {:noreply, Lifecycle.start(state)}
  def handle_cast(:wake, state), do: {:noreply, state}

  def handle_cast({:request, session, id, request, timeout}, %{session: session} = state),
    do: {:noreply, Lifecycle.write_request(state, id, Codec.request(id, request, timeout))}

  # The server learns from the :down event that this one was not written.
  def handle_cast({:request, _old, _id, _request, _timeout}, state), do: {:noreply, state}

  def handle_cast({:cancel, session, id}, %{session: session} = state) do
    OS.Process.write(session, Codec.cancel(id))
    {:noreply, state}
  end

  def handle_cast({:cancel, _old, _id}, state), do: {:noreply, state}

  def handle_cast({:killed, session, reason, why}, %{session: session} = state),
    do: {:noreply, Lifecycle.mark_killed(state, reason, why, false)}

  def handle_cast({:killed, _old, _reason, _why}, state), do: {:noreply, state}

  @impl true
  def handle_info({session, {:data, bytes}}, %{session: session} = state),
    do: {:noreply, Lifecycle.read(state, bytes)}

  def handle_info({session, {:exit_status, status}}, %{session: session} = state),
    do: {:noreply, Lifecycle.ended(state, status)}

  # Without an exit status: the program closed a pipe. No word of its end will come, so it is made certain.
  def handle_info({:EXIT, session, reason}, %{session: session} = state) do
    _ = OS.Process.reap(state.os_pid)
    {:noreply, Lifecycle.ended(state, reason)}
  end

  # What a port sends after the end that was dealt with already.
  def handle_info({:EXIT, port, _reason}, state) when is_port(port), do: {:noreply, state}
  def handle_info({port, {:data, _bytes}}, state) when is_port(port), do: {:noreply, state}
  def handle_info({port, {:exit_status, _}}, state) when is_port(port), do: {:noreply, state}

  def handle_info({:start_timeout, session}, %{session: session, state: :starting} = state) do
    why = "it did not say hello within #{state.start_timeout} ms"
    {:noreply, Lifecycle.kill(state, :port_exited, why)}
  end

  def handle_info({:start_timeout, _session}, state), do: {:noreply, state}

  def handle_info({:force_close, session}, %{session: session} = state),
    do: {:noreply, Lifecycle.force_close(state)}

  def handle_info({:force_close, _gone}, state), do: {:noreply, state}
  def handle_info(:restart, state), do: {:noreply, Lifecycle.start(state)}
  def handle_info({:EXIT, _pid, _reason}, state), do: {:noreply, state}

  # The end of its input tells the program to go; terminate/2 waits to see it gone.
  @impl true
  def terminate(_reason, %{session: nil}), do: :ok

  def terminate(_reason, %{session: session, os_pid: os_pid}) do
    OS.Process.close(session)
    OS.Process.await_end(os_pid)
  end
end
