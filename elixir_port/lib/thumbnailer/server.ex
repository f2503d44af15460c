defmodule Thumbnailer.Server do
  @moduledoc false
  # The process that an instance is known by. It takes requests in and hears of deadlines, of callers that die and of
  # the program; what follows is decided by the dispatcher. It never writes to the program and never waits for it,
  # so its deadlines hold whatever the program does.

  use GenServer

  alias Thumbnailer.{Dispatcher, Error, Feed, Request}

  @doc "Starts the server; options: `:name`, `:max_queue` and `:timeout`, that of requests which have none."
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(opts) do
    {name, opts} = Keyword.pop!(opts, :name)
    GenServer.start_link(__MODULE__, opts, name: name)
  end

  @doc "Asks the instance `on` and waits for the answer."
  @spec request(GenServer.server(), Request.t()) :: {:ok, map} | {:error, Error.t()}
  def request(on, %Request{source: {:stream, stream}} = request) do
    with {:feed, feed} <- call(on, {:request, %{request | source: :stream}}) do
      Feed.pour(feed, stream, fn -> GenServer.cast(on, {:drop, feed.id, feed.token}) end)
      call(on, {:await, feed.id, feed.token})
    end
  end

  def request(on, %Request{} = request), do: call(on, {:request, request})

  @doc "The process that owns the program."
  @spec port(GenServer.server()) :: {:ok, pid} | {:error, Error.t()}
  def port(on) do
    case call(on, :port) do
      nil -> {:error, Error.new(:unavailable, "the port process is being restarted")}
      port when is_pid(port) -> {:ok, port}
      error -> error
    end
  end

  @doc "What the library counts, see `Thumbnailer.stats/1`."
  @spec counts(GenServer.server()) :: {:ok, map} | {:error, Error.t()}
  def counts(on), do: call(on, :counts)

  # The server answers within the deadline; only its own end can leave a caller without an answer.
  defp call(on, message) do
    GenServer.call(on, message, :infinity)
  catch
    :exit, {reason, {GenServer, :call, _arguments}} ->
      {:error,
       Error.new(:unavailable, "no instance #{inspect(on)} is running: #{describe(reason)}")}
  end

  defp describe(:noproc), do: "there is no process of that name"
  defp describe(reason), do: Exception.format_exit(reason)

  @impl true
  def init(opts), do: {:ok, struct!(Dispatcher, opts)}

  @impl true
  def handle_call({:request, request}, from, state) do
    case Dispatcher.admit(state, request, from) do
      {:ok, state} -> {:noreply, state}
      {:error, error, state} -> {:reply, {:error, error}, state}
    end
  end

  def handle_call({:await, id, token}, from, state) do
    case Dispatcher.await(state, id, token, from) do
      {:answer, outcome, state} -> {:reply, outcome, state}
      {:wait, state} -> {:noreply, state}
    end
  end

  def handle_call(:port, _from, state), do: {:reply, state.port, state}
  def handle_call(:counts, _from, state), do: {:reply, {:ok, Dispatcher.counts(state)}, state}

  @impl true
  def handle_cast({:drop, id, token}, state), do: {:noreply, Dispatcher.drop(state, id, token)}

  @impl true
  def handle_info({:port, port, :attached}, state), do: {:noreply, Dispatcher.attach(state, port)}

  def handle_info({:port, port, event}, %{port: port} = state),
    do: {:noreply, Dispatcher.port_event(state, event)}

  # From a port process that was replaced.
  def handle_info({:port, _old, _event}, state), do: {:noreply, state}

  def handle_info({:deadline, id}, state), do: {:noreply, Dispatcher.expire(state, id)}

  def handle_info({{:caller_down, id}, _monitor, :process, _pid, _reason}, state),
    do: {:noreply, Dispatcher.abandon(state, id)}

  def handle_info({:DOWN, monitor, :process, _pid, reason}, %{port_monitor: monitor} = state),
    do: {:noreply, Dispatcher.port_lost(state, reason)}

  def handle_info({:DOWN, _old, :process, _pid, _reason}, state), do: {:noreply, state}

  # A process with a name may be sent anything.
  def handle_info(_stray, state), do: {:noreply, state}
end
