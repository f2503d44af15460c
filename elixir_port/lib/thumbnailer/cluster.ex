defmodule Thumbnailer.Cluster do
  @moduledoc """
  Instances on several nodes as one, over distributed Erlang.

  An instance joins a group with the option `:cluster`, on as many nodes as you like:

      children = [{Thumbnailer, name: MyApp.Thumbs, cluster: MyApp.Thumbs}]

  Any node that is connected to them gives its requests to the group:

      {:ok, thumbnail} = Thumbnailer.make("photo.jpg", 200, on: {:cluster, MyApp.Thumbs})

  Each request goes to the least loaded member whose libvips reads the format. The image travels as bytes; with
  `shared_storage: true` only its path does. Thumbnails come back as bytes, and the caller's node writes them
  to `:to`, so that nothing is written twice, whatever becomes of a member. A member that leaves, hangs or is cut
  off loses its requests to others, in their old order; one that joins gets its share at once.

  How nodes find each other is up to you: docs/clustering.md shows three ways, and how TLS is switched on.
  """

  alias Thumbnailer.Cluster.Router

  @doc """
  The members of a group as this node knows them.

      for %{node: node, workers: workers, load: load, state: :up} <- Thumbnailer.Cluster.members(MyApp.Thumbs),
          do: {node, load / workers}

  `load` is the number of requests that a member has to do, for whomever; `state` is `:up`, `:silent` (it sent no
  heartbeat for five seconds) or `:unavailable` (its program is not running).
  """
  @doc since: "0.1.0"
  @spec members(atom) :: [map]
  def members(group), do: group |> Router.of() |> Router.members()

  @doc """
  Makes this node part of a cluster: gives it the name `sname` when it has none yet, and connects it to `nodes`.

      case Thumbnailer.Cluster.connect(nil, ["thumbs@host"]) do
        :ok -> Thumbnailer.Cluster.members(MyApp.Thumbs)
        {:error, why} -> IO.puts(:stderr, why)
      end
  """
  @doc since: "0.1.0"
  @spec connect(String.t() | nil, [String.t()]) :: :ok | {:error, String.t()}
  def connect(sname, nodes) do
    with :ok <- name(sname) do
      # The names are the user's own, a few of them.
      nodes
      |> Enum.map(&String.to_atom/1)
      |> Enum.reject(&Node.connect/1)
      |> case do
        [] ->
          :ok

        [node | _] ->
          {:error,
           "the node #{node} cannot be reached; is its name right, and the cookie the same?"}
      end
    end
  end

  defp name(sname) do
    cond do
      Node.alive?() ->
        :ok

      sname == nil ->
        {:error, "this node has no name; give --sname, or start it with elixir --sname or --name"}

      true ->
        case Node.start(String.to_atom(sname), :shortnames) do
          {:ok, _pid} ->
            :ok

          {:error, _why} ->
            {:error, "this node cannot be called #{sname}; is epmd running, and the name free?"}
        end
    end
  end
end
