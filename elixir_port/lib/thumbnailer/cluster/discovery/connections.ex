defmodule Thumbnailer.Cluster.Discovery.Connections do
  @moduledoc false
  # The nodes that were found, and the attempts to connect to them. An attempt takes seconds where nobody answers, so each is a process,
  # one for each node at a time.
  #
  # A name becomes an atom only here, of which a BEAM has a million by default: of more than @max_names none is taken. Where addresses
  # come and go, as in Kubernetes, that is the number of all that there ever were.

  require Logger

  @max_names 10_000

  # Milliseconds between two attempts.
  @retry_after 5_000

  defstruct tried: %{}, refused: 0

  @type t :: %__MODULE__{
          tried: %{optional(String.t()) => integer},
          refused: non_neg_integer
        }

  @doc "Connects to the node of this name, unless it is connected, is this one, or was tried just now."
  @spec connect(t, String.t(), integer) :: t
  def connect(connections, name, now) do
    cond do
      name == Atom.to_string(node()) -> connections
      now - Map.get(connections.tried, name, now - @retry_after) < @retry_after -> connections
      full?(connections, name) -> refuse(connections, name)
      true -> try_now(connections, name, now)
    end
  end

  defp full?(%{tried: tried}, name),
    do: map_size(tried) >= @max_names and not is_map_key(tried, name)

  defp refuse(connections, name) do
    if connections.refused == 0,
      do:
        Logger.error(
          "thumbnailer discovery: #{@max_names} names of nodes have been found since the start, and no further one is tried, such as #{name}; restart this node",
          domain: [:thumbnailer]
        )

    %{connections | refused: connections.refused + 1}
  end

  defp try_now(connections, name, now) do
    node = String.to_atom(name)

    unless node in Node.list(:connected) do
      {:ok, _pid} = Task.start(Node, :connect, [node])
    end

    put_in(connections.tried[name], now)
  end
end
