defmodule Thumbnailer.Cluster do
  @moduledoc """
  Uses instances on several nodes as one cluster, over distributed Erlang.

  An instance joins a group with the option `:cluster`, on any number of nodes:

      children = [{Thumbnailer, name: MyApp.Thumbs, cluster: MyApp.Thumbs}]

  Any connected node can send requests to the group:

      {:ok, thumbnail} = Thumbnailer.make("photo.jpg", 200, on: {:cluster, MyApp.Thumbs})

  Each request goes to the least loaded member whose libvips reads the format. The image is sent as bytes; with
  `shared_storage: true` only its path is sent. Thumbnails come back as bytes, and the caller's node writes them to
  `:to`, so that no file is written twice, even if a member is lost. If a member leaves, hangs or loses its network, its
  requests go to other members in their old order. A new member gets its share at once.

  docs/clustering.md shows three ways to connect the nodes, and how to use TLS.
  """

  alias Thumbnailer.Cluster.{Events, Router}
  alias Thumbnailer.Error
  alias Thumbnailer.Instance.Absence

  @doc """
  The members of a group as this node knows them.

      for %{node: node, workers: workers, load: load, state: :up} <- Thumbnailer.Cluster.members(MyApp.Thumbs),
          do: {node, load / workers}

  `load` is the number of requests of a member, from all nodes; `state` is `:up`, `:silent` (no heartbeat for five
  seconds) or `:unavailable` (its program is not running).
  """
  @doc since: "0.1.0"
  @spec members(atom) :: [map]
  def members(group) do
    started!()
    group |> Router.of() |> Router.members()
  end

  @doc """
  Sends the calling process what happens in a cluster group: its batches, and its nodes as this node sees them.

      :ok = Thumbnailer.Cluster.subscribe(MyApp.Thumbs)

  The messages are `{:thumbnailer, group, event}`, where `event` is

    * `{:node_up, node, info}` - an instance on `node` takes requests; `info` says how many `:workers`, which `:loaders`
      and `:savers`, and the versions
    * `{:node_down, node, reason}` - it does no more: `:gone`, or `:silent` for five seconds
    * `{:progress, counts}`, four times a second at most, and `{:finished, counts}` - how far a batch is: `:done`, `:made`,
      `:skipped`, `:failed`, `:thumbnails`, `:bytes_in`, `:bytes_out`, `:reasons`, and the `:node` it runs on

  Batches that run without a cluster are heard in the group `Thumbnailer.Batch`.
  """
  @doc since: "0.1.0"
  @spec subscribe(atom) :: :ok
  def subscribe(group) when is_atom(group) do
    started!()
    # The router of this node sees the nodes of the group.
    _router = Router.of(group)
    Events.subscribe(group)
  end

  @doc """
  Ends what `subscribe/1` began.

      :ok = Thumbnailer.Cluster.unsubscribe(MyApp.Thumbs)
  """
  @doc since: "0.1.0"
  @spec unsubscribe(atom) :: :ok
  def unsubscribe(group) when is_atom(group), do: Events.unsubscribe(group)

  @doc """
  Makes this node part of a cluster: gives it the name `sname` if it has none, and connects it to `nodes`.

      case Thumbnailer.Cluster.connect(nil, ["thumbs@host"]) do
        :ok -> Thumbnailer.Cluster.members(MyApp.Thumbs)
        {:error, error} -> IO.puts(:stderr, Exception.message(error))
      end
  """
  @doc since: "0.1.0"
  @spec connect(String.t() | nil, [String.t()]) :: :ok | {:error, Error.t()}
  def connect(sname, nodes) do
    with :ok <- name(sname) do
      # Creating atoms is safe: the user gives only a few names.
      nodes
      |> Enum.map(&String.to_atom/1)
      |> Enum.reject(&Node.connect/1)
      |> case do
        [] ->
          :ok

        [node | _] ->
          unavailable(
            "the node #{node} cannot be reached; is its name right, and the cookie the same?"
          )
      end
    end
  end

  # Neither yields an error, and both would fail with the name of a registry.
  defp started! do
    with {:error, error} <- Absence.check_application(), do: raise(error)
  end

  defp name(sname) do
    cond do
      Node.alive?() ->
        :ok

      sname == nil ->
        unavailable(
          "this node has no name; give --sname, or start it with elixir --sname or --name"
        )

      true ->
        case Node.start(String.to_atom(sname), :shortnames) do
          {:ok, _pid} ->
            :ok

          {:error, _why} ->
            unavailable(
              "this node cannot be called #{sname}; is epmd running, and the name free?"
            )
        end
    end
  end

  defp unavailable(message), do: {:error, Error.new(:unavailable, message)}
end
