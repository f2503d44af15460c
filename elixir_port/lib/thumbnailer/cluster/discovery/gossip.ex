defmodule Thumbnailer.Cluster.Discovery.Gossip do
  @moduledoc false
  # Finds nodes by UDP multicast: each says its name once a second, and connects to those that it hears.
  #
  # What comes is checked by Heartbeat, counted, and limited: after @batch packets the socket is not read until the next tick, and
  # the system drops the rest.

  use GenServer

  alias Thumbnailer.Cluster.Discovery.{Connections, Heartbeat}

  require Logger

  # Milliseconds.
  @say_every 1_000
  @read_every 250
  @tell_every 60_000

  # Packets that are read between two ticks.
  @batch 64

  @enforce_keys [:socket, :group, :port, :secret]
  defstruct [
    :socket,
    :group,
    :port,
    :secret,
    connections: %Connections{},
    counts: %{heard: 0, garbage: 0, forged: 0, stale: 0, other_version: 0},
    told: 0,
    reads: false
  ]

  @doc "Starts it with the checked options of `discover: [gossip: options]`."
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(opts), do: GenServer.start_link(__MODULE__, opts)

  @doc "How many packets were heartbeats of nodes, and how many were not, by what was wrong with them."
  @spec counts(pid) :: %{atom => non_neg_integer}
  def counts(gossip), do: GenServer.call(gossip, :counts)

  @impl true
  def init(opts) do
    interface = opts[:interface] || own_address()

    case :gen_udp.open(opts[:port], options(opts, interface)) do
      {:ok, socket} ->
        for message <- [:say, :read, :tell], do: send(self(), message)

        {:ok,
         %__MODULE__{
           socket: socket,
           group: opts[:group],
           port: opts[:port],
           secret: opts[:secret]
         }}

      {:error, posix} ->
        {:stop, {:discovery, "port #{opts[:port]}: #{:inet.format_error(posix)}"}}
    end
  end

  defp options(opts, interface) do
    [
      :binary,
      active: false,
      reuseaddr: true,
      multicast_if: interface,
      multicast_ttl: opts[:ttl],
      # Other instances on this machine listen, too.
      multicast_loop: true,
      add_membership: {opts[:group], interface}
    ]
  end

  # That of the node's name, where it is one.
  defp own_address do
    [_name, host] = node() |> Atom.to_string() |> String.split("@", parts: 2)

    case host |> String.to_charlist() |> :inet.parse_ipv4strict_address() do
      {:ok, address} -> address
      {:error, :einval} -> {0, 0, 0, 0}
    end
  end

  @impl true
  def handle_call(:counts, _from, state),
    do: {:reply, Map.put(state.counts, :refused, state.connections.refused), state}

  @impl true
  def handle_info(:say, state) do
    Process.send_after(self(), :say, @say_every)

    # A node without a name cannot be connected to. Without a network there is nobody to hear it.
    if Node.alive?() do
      packet = Heartbeat.encode(node(), key(state), System.system_time(:millisecond))
      _ = :gen_udp.send(state.socket, state.group, state.port, packet)
    end

    {:noreply, state}
  end

  def handle_info(:read, state) do
    Process.send_after(self(), :read, @read_every)
    if not state.reads, do: :ok = :inet.setopts(state.socket, active: @batch)
    {:noreply, %{state | reads: true}}
  end

  def handle_info({:udp_passive, socket}, %{socket: socket} = state),
    do: {:noreply, %{state | reads: false}}

  def handle_info({:udp, socket, _address, _port, packet}, %{socket: socket} = state),
    do: {:noreply, hear(state, packet)}

  def handle_info(:tell, state) do
    Process.send_after(self(), :tell, @tell_every)
    {_heard, strange} = Map.pop(state.counts, :heard)
    strange = strange |> Map.values() |> Enum.sum()

    if strange > state.told,
      do:
        Logger.warning(
          "thumbnailer discovery: #{strange - state.told} packets on port #{state.port} were not of nodes with the secret of this one" <>
            of_versions(state.counts),
          domain: [:thumbnailer]
        )

    {:noreply, %{state | told: strange}}
  end

  def handle_info(_stray, state), do: {:noreply, state}

  defp of_versions(%{other_version: 0}), do: ""

  defp of_versions(%{other_version: count}),
    do: "; #{count} since the start are of another version of the packet"

  defp hear(state, packet) do
    case Heartbeat.decode(packet, key(state), System.system_time(:millisecond)) do
      {:ok, name} ->
        now = System.monotonic_time(:millisecond)
        state = %{state | connections: Connections.connect(state.connections, name, now)}
        count(state, :heard)

      {:error, refusal} ->
        count(state, refusal)
    end
  end

  # Made anew each time: a node may get its cookie, or another one, after the start.
  defp key(state), do: Heartbeat.key(state.secret)

  defp count(state, what), do: update_in(state.counts[what], &(&1 + 1))
end
