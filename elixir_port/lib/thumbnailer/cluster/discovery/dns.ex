defmodule Thumbnailer.Cluster.Discovery.DNS do
  @moduledoc false
  # Finds nodes by a name that resolves to the addresses of all machines: connects to a node with the first part of this node's name on each.
  # The resolver may take its time, so it is asked in a process of its own.

  use GenServer

  alias Thumbnailer.Cluster.Discovery.Connections

  # Milliseconds between two questions.
  @ask_every 5_000

  @enforce_keys [:name]
  defstruct [:name, :question, connections: %Connections{}]

  @doc "Starts it for the name that is asked for."
  @spec start_link(String.t()) :: GenServer.on_start()
  def start_link(name), do: GenServer.start_link(__MODULE__, name)

  @impl true
  def init(name), do: {:ok, %__MODULE__{name: String.to_charlist(name)}, {:continue, :ask}}

  @impl true
  def handle_continue(:ask, state), do: {:noreply, ask(state)}

  @impl true
  def handle_info(:ask, state), do: {:noreply, ask(state)}

  def handle_info({:addresses, addresses}, state) do
    now = System.monotonic_time(:millisecond)

    connections =
      for address <- addresses,
          reduce: state.connections,
          do: (connections -> Connections.connect(connections, name_at(address), now))

    {:noreply, %{state | connections: connections}}
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

  defp addresses(name) do
    Enum.flat_map([:inet, :inet6], fn family ->
      case :inet.getaddrs(name, family) do
        {:ok, addresses} -> addresses
        {:error, _none} -> []
      end
    end)
  end

  defp name_at(address) do
    [own | _host] = node() |> Atom.to_string() |> String.split("@")
    "#{own}@#{:inet.ntoa(address)}"
  end
end
