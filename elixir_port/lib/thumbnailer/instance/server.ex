defmodule Thumbnailer.Instance.Server do
  @moduledoc false
  # The process that an instance is known by. It takes requests in and hears of deadlines, of callers that die and of
  # the program; what follows is decided by the dispatcher. It never writes to the program and never waits for it,
  # so its deadlines hold whatever the program does.

  use GenServer

  alias Thumbnailer.{Error, Request}
  alias Thumbnailer.Instance.{Dispatcher, State}
  alias Thumbnailer.Port.StreamWriter

  @doc """
  Starts the server; options: `:name`, `:max_queue`, `:shutdown`, and `:timeout` and `:retries` of requests which
  have none.
  """
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(opts) do
    {name, opts} = Keyword.pop!(opts, :name)
    GenServer.start_link(__MODULE__, opts, name: name)
  end

  @doc "Asks the instance `on` and waits for the answer."
  @spec request(GenServer.server(), Request.t()) ::
          {:ok, map} | {:error, Error.t()}
  def request(on, %Request{source: {:stream, stream}} = request) do
    with {:stream, writer} <- call(on, {:request, %{request | source: :stream}}) do
      StreamWriter.write_all(writer, stream, fn ->
        GenServer.cast(on, {:drop, writer.id, writer.monitor_ref})
      end)

      call(on, {:await, writer.id, writer.monitor_ref})
    end
  end

  def request(on, %Request{} = request), do: call(on, {:request, request})

  @doc "As `request/2`, but the answer comes as a message, which `answer/3` knows."
  @spec send_request(GenServer.server(), Request.t()) :: :gen_server.request_id()
  def send_request(on, %Request{} = request),
    do: :gen_server.send_request(on, {:request, request})

  @doc "The answer in a message to what was asked of `on`, nil when the message is another."
  @spec answer(term, :gen_server.request_id(), GenServer.server()) ::
          {:ok, map} | {:error, Error.t()} | nil
  def answer(message, asked, on) do
    case :gen_server.check_response(message, asked) do
      {:reply, answer} -> answer
      {:error, {reason, _server}} -> {:error, gone(on, reason)}
      :no_reply -> nil
    end
  end

  @doc """
  Admits no further request and waits until all are answered; those that are not within `milliseconds`
  end with an error.
  """
  @spec drain(GenServer.server(), non_neg_integer) :: :ok
  def drain(on, milliseconds) do
    with :timeout <- call_within(on, :drain, milliseconds), do: call_within(on, :abort, 1_000)
    :ok
  end

  defp call_within(on, message, milliseconds) do
    GenServer.call(on, message, milliseconds)
  catch
    :exit, {:timeout, _call} -> :timeout
    :exit, _gone -> :ok
  end

  @doc "The process that owns the program."
  @spec port(GenServer.server()) :: {:ok, pid} | {:error, Error.t()}
  def port(on) do
    case call(on, :port) do
      nil -> {:error, Error.new(:unavailable, "the port process is being restarted")}
      port when is_pid(port) -> {:ok, port}
      error -> error
    end
  end

  @doc "How many milliseconds a request may take that does not say."
  @spec timeout(GenServer.server()) :: {:ok, pos_integer} | {:error, Error.t()}
  def timeout(on), do: call(on, :timeout)

  @doc "What the library counts, see `Thumbnailer.stats/1`."
  @spec counts(GenServer.server()) :: {:ok, map} | {:error, Error.t()}
  def counts(on), do: call(on, :counts)

  # The server answers within the deadline; only its own end can leave a caller without an answer.
  defp call(on, message) do
    GenServer.call(on, message, :infinity)
  catch
    :exit, {reason, {GenServer, :call, _arguments}} -> {:error, gone(on, reason)}
  end

  defp gone(on, reason),
    do: Error.new(:unavailable, "no instance #{inspect(on)} is running: #{describe(reason)}")

  defp describe(:noproc), do: "there is no process of that name"
  defp describe(reason), do: Exception.format_exit(reason)

  @impl true
  def init(opts), do: {:ok, struct!(State, opts)}

  @impl true
  def handle_call({:request, request}, from, state) do
    case Dispatcher.admit(state, request, from) do
      {:ok, state} -> noreply(state)
      {:error, error, state} -> {:reply, {:error, error}, state}
    end
  end

  def handle_call({:await, id, monitor_ref}, from, state) do
    case Dispatcher.await(state, id, monitor_ref, from) do
      {:answer, outcome, state} -> {:reply, outcome, Dispatcher.maybe_reply_drained(state)}
      {:wait, state} -> noreply(state)
    end
  end

  def handle_call(:drain, from, state), do: state |> Dispatcher.stop(from) |> noreply()
  def handle_call(:abort, _from, state), do: {:reply, :ok, Dispatcher.abort(state)}
  def handle_call(:timeout, _from, state), do: {:reply, {:ok, state.timeout}, state}
  def handle_call(:port, _from, state), do: {:reply, state.port, state}

  def handle_call(:counts, _from, state),
    do: {:reply, {:ok, State.counts(state)}, state}

  @impl true
  def handle_cast({:drop, id, monitor_ref}, state),
    do: state |> Dispatcher.drop(id, monitor_ref) |> noreply()

  @impl true
  def handle_info({:port, port, :attached}, state),
    do: state |> Dispatcher.attach(port) |> noreply()

  def handle_info({:port, port, event}, %{port: port} = state),
    do: state |> Dispatcher.port_event(event) |> noreply()

  # From a port process that was replaced.
  def handle_info({:port, _old, _event}, state), do: {:noreply, state}

  def handle_info({:deadline, id}, state), do: state |> Dispatcher.expire(id) |> noreply()

  def handle_info({{:caller_down, id}, _monitor, :process, _pid, _reason}, state),
    do: state |> Dispatcher.abandon(id) |> noreply()

  def handle_info({:DOWN, monitor, :process, _pid, reason}, %{port_monitor: monitor} = state),
    do: state |> Dispatcher.port_lost(reason) |> noreply()

  def handle_info({:DOWN, _old, :process, _pid, _reason}, state), do: {:noreply, state}

  # A process with a name may be sent anything.
  def handle_info(_stray, state), do: {:noreply, state}

  defp noreply(state), do: {:noreply, Dispatcher.maybe_reply_drained(state)}
end
