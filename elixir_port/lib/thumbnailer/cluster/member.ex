defmodule Thumbnailer.Cluster.Member do
  @moduledoc false
  # Represents an instance in a cluster group. It joins after the hello of the program, so a node whose program does not
  # start gets no requests. It reports the capabilities of the instance to each router that asks, and its load with each
  # heartbeat.
  #
  # To routers it sends {:member, self(), info} and {:heartbeat, self(), load}.

  use GenServer

  alias Thumbnailer.Request
  alias Thumbnailer.Cluster.Scope
  alias Thumbnailer.Instance.{Client, Questions}

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
  def handle_cast({:subscribe, router}, state) do
    send(router, {:member, self(), state.info})
    {:noreply, put_in(state.subscribers[router], Process.monitor(router))}
  end

  @impl true
  def handle_info({:hello, {:ok, hello}}, state) do
    info = %{
      server: GenServer.whereis(state.instance),
      node: node(),
      workers: hello.workers,
      loaders: hello.loaders,
      savers: hello.savers,
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
    with {:ok, counts} <- Questions.counts(state.instance) do
      for {router, _monitor} <- state.subscribers,
          do:
            :erlang.send(router, {:heartbeat, self(), counts.waiting + counts.sent}, [
              :nosuspend,
              :noconnect
            ])
    end

    Process.send_after(self(), :heartbeat, @heartbeat_interval)
    {:noreply, state}
  end

  def handle_info({:DOWN, _monitor, :process, router, _reason}, state),
    do: {:noreply, %{state | subscribers: Map.delete(state.subscribers, router)}}

  def handle_info(_stray, state), do: {:noreply, state}
end
