defmodule Thumbnailer.Server do
  @moduledoc false
  # The process that an instance is known by. It takes requests in and hears of deadlines, of callers that die and of
  # the program; what follows is decided by the dispatcher. It never writes to the program and never waits for it,
  # so its deadlines hold whatever the program does.

  use GenServer

  alias Thumbnailer.{Cluster, Dispatcher, Error, Request}

  @doc "Starts the server; options: `:name`, `:max_queue` and `:timeout`, that of requests which have none."
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(opts) do
    {name, opts} = Keyword.pop!(opts, :name)
    GenServer.start_link(__MODULE__, opts, name: name)
  end

  @doc "Asks the instance `on` and waits for the answer."
  @spec request(GenServer.server() | {:cluster, atom}, Request.t()) ::
          {:ok, map} | {:error, Error.t()}
  def request({:cluster, group}, %Request{} = request), do: Cluster.Call.request(group, request)
  def request(on, %Request{} = request), do: call(on, {:request, request})

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

  def handle_call(:counts, _from, state), do: {:reply, {:ok, Dispatcher.counts(state)}, state}

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
