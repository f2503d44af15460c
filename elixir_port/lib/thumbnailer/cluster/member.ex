defmodule Thumbnailer.Cluster.Member do
  @moduledoc false
  # Represents an instance in a cluster group. It joins after the hello of the program, so a node whose program does not
  # start gets no requests. It reports the capabilities of the instance to each router that asks, and its load with each
  # heartbeat.
  #
  # To routers it sends {:member, self(), info}, {:heartbeat, self(), load}, and {:steps, self(), steps} when its instance has
  # other steps than before.

  use GenServer

  alias Thumbnailer.Request
  alias Thumbnailer.Cluster.Scope
  alias Thumbnailer.Instance.{Client, Message, Questions}
  alias Thumbnailer.Step.Catalog

  # Milliseconds between two heartbeats, and before the program is asked again.
  @heartbeat_interval 500
  @retry_after 1_000

  @enforce_keys [:instance, :group]
  defstruct [:instance, :group, :info, subscribers: %{}]

  @spec heartbeat_interval() :: pos_integer
  def heartbeat_interval, do: @heartbeat_interval

  @doc "Starts it for the instance of the name `:instance`, which joins `:group`."
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(opts), do: GenServer.start_link(__MODULE__, opts)

  @doc "Asks to be told of the member."
  @spec subscribe(pid, pid) :: :ok
  def subscribe(member, router), do: GenServer.cast(member, {:subscribe, router})

  @doc "Has the routers told which steps there are now, and returns when they are."
  @spec announce_steps(pid) :: :ok
  def announce_steps(member), do: GenServer.call(member, :announce_steps)

  @impl true
  def init(opts), do: {:ok, struct!(__MODULE__, opts), {:continue, :ask}}

  # The hello may be long in coming, so it is waited for in another process.
  @impl true
  def handle_continue(:ask, state) do
    member = self()

    spawn_link(fn ->
      send(member, {:hello, Client.request(state.instance, %Request{op: :info})})
    end)

    {:noreply, state}
  end

  @impl true
  def handle_call(:announce_steps, _from, state), do: {:reply, :ok, tell_steps(state)}
  def handle_call(_of_another_version, _from, state), do: {:reply, Message.unknown(), state}

  @impl true
  def handle_cast({:subscribe, router}, state) when is_pid(router) do
    send(router, {:member, self(), state.info})
    {:noreply, put_in(state.subscribers[router], Process.monitor(router))}
  end

  def handle_cast(_of_another_version, state), do: {:noreply, state}

  @impl true
  def handle_info({:hello, {:ok, hello}}, state) do
    info = %{
      protocol: Message.version(),
      server: GenServer.whereis(state.instance),
      node: node(),
      workers: hello.workers,
      loaders: hello.loaders,
      savers: hello.savers,
      steps: Catalog.known(state.instance),
      libvips: hello.libvips,
      architecture: List.to_string(:erlang.system_info(:system_architecture)),
      max_request_bytes: hello.limits.max_request_bytes
    }

    :ok = :pg.join(Scope.name(), state.group, self())
    Process.send_after(self(), :heartbeat, @heartbeat_interval)
    {:noreply, %{state | info: info}}
  end

  def handle_info({:hello, {:error, _not_yet}}, state) do
    Process.send_after(self(), :ask, @retry_after)
    {:noreply, state}
  end

  def handle_info(:ask, state), do: {:noreply, state, {:continue, :ask}}

  def handle_info(:heartbeat, state) do
    state = tell_steps(state)

    with {:ok, counts} <- Questions.counts(state.instance),
         do: tell(state, {:heartbeat, self(), counts.waiting + counts.sent})

    Process.send_after(self(), :heartbeat, @heartbeat_interval)
    {:noreply, state}
  end

  def handle_info({:DOWN, _monitor, :process, router, _reason}, state),
    do: {:noreply, %{state | subscribers: Map.delete(state.subscribers, router)}}

  def handle_info(_stray, state), do: {:noreply, state}

  # Before its hello it has told nothing yet.
  defp tell_steps(%{info: nil} = state), do: state

  defp tell_steps(%{info: info} = state) do
    case Catalog.known(state.instance) do
      steps when steps == info.steps ->
        state

      steps ->
        tell(state, {:steps, self(), steps})
        %{state | info: %{info | steps: steps}}
    end
  end

  defp tell(state, message) do
    for {router, _monitor} <- state.subscribers,
        do: :erlang.send(router, message, [:nosuspend, :noconnect])
  end
end
