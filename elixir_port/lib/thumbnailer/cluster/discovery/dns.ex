defmodule Thumbnailer.Cluster.Discovery.DNS do
  @moduledoc false
  # Finds nodes by a name that resolves to the addresses of all machines: connects to a node with the first part of this node's name on each.
  # The resolver is that of the system, as for every other program of the machine. It may take its time, so it is asked in a process
  # of its own.

  use GenServer

  alias Thumbnailer.Cluster.Discovery.Connections

  require Logger

  # Milliseconds between two questions.
  @ask_every 5_000

  @enforce_keys [:name]
  defstruct [:name, :question, resolved?: true, connections: %Connections{}]

  @doc "Starts it for the name that is asked for."
  @spec start_link(String.t()) :: GenServer.on_start()
  def start_link(name), do: GenServer.start_link(__MODULE__, name)

  @impl true
  def init(name), do: {:ok, %__MODULE__{name: name}, {:continue, :ask}}

  @impl true
  def handle_continue(:ask, state), do: {:noreply, ask(state)}

  @impl true
  def handle_info(:ask, state), do: {:noreply, ask(state)}

  def handle_info({:addresses, {:ok, addresses}}, state) do
    now = System.monotonic_time(:millisecond)

    connections =
      for address <- addresses,
          reduce: state.connections,
          do: (connections -> Connections.connect(connections, name_at(address), now))

    {:noreply, %{state | connections: connections, resolved?: true}}
  end

  # Said once, and again after it was resolved.
  def handle_info({:addresses, {:error, why}}, state) do
    if state.resolved?,
      do:
        Logger.warning(
          "thumbnailer discovery: #{state.name} has no address: #{why}; it is asked for again and again",
          domain: [:thumbnailer]
        )

    {:noreply, %{state | resolved?: false}}
  end

  # The answer came before.
  def handle_info({:DOWN, question, :process, _pid, _why}, %{question: question} = state) do
    Process.send_after(self(), :ask, @ask_every)
    {:noreply, %{state | question: nil}}
  end

  def handle_info(_stray, state), do: {:noreply, state}

  defp ask(%{name: name} = state) do
    asker = self()
    {_pid, question} = spawn_monitor(fn -> send(asker, {:addresses, addresses(name)}) end)
    %{state | question: question}
  end

  @doc "The addresses of a name, of both families, or why there is none, in words."
  @spec addresses(String.t()) :: {:ok, [:inet.ip_address(), ...]} | {:error, String.t()}
  def addresses(name) do
    name = String.to_charlist(name)
    answers = for family <- [:inet, :inet6], do: :inet.getaddrs(name, family)

    case {for({:ok, addresses} <- answers, address <- addresses, do: address), answers} do
      {[], [{:error, why} | _]} -> {:error, List.to_string(:inet.format_error(why))}
      {[], _no_addresses} -> {:error, "none"}
      {addresses, _answers} -> {:ok, Enum.uniq(addresses)}
    end
  end

  defp name_at(address) do
    [own | _host] = node() |> Atom.to_string() |> String.split("@")
    "#{own}@#{:inet.ntoa(address)}"
  end
end
