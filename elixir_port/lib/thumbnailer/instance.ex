defmodule Thumbnailer.Instance do
  @moduledoc false
  # One port program with its queue: the tree that Thumbnailer.start_link/1 starts.

  use Supervisor

  alias Thumbnailer.{InstanceOptions, Telemetry}
  alias Thumbnailer.Instance.{Drainer, Server}
  alias Thumbnailer.Step.Catalog
  alias Thumbnailer.Translation.Loader

  @doc """
  Starts an instance with options that `Thumbnailer.InstanceOptions.cast!/1` has checked.

  `dependents` are children that need the server and start after it, such as a member of a cluster group.
  """
  @spec start_link(keyword, [Supervisor.child_spec() | {module, term}]) :: Supervisor.on_start()
  def start_link(opts, dependents \\ []) do
    # Before the steps of the one that runs are replaced.
    with nil <- GenServer.whereis(opts[:name]),
         {:ok, steps} <- Loader.load_all(opts[:steps] || [], opts[:executable]) do
      Catalog.publish(opts[:name], Map.new(steps))
      Supervisor.start_link(__MODULE__, {opts, dependents})
    else
      pid when is_pid(pid) -> {:error, {:already_started, pid}}
      {:error, error} -> {:error, error}
    end
  end

  # What serves is a tree of its own, so that the drain is not ended when a part of it is replaced.
  @impl true
  def init({opts, dependents}) do
    serving = %{
      id: :serving,
      type: :supervisor,
      start: {Supervisor, :start_link, [serving(opts) ++ dependents, [strategy: :rest_for_one]]}
    }

    drain = {Drainer, server: opts[:name], shutdown: opts[:shutdown]}
    Supervisor.init([serving, drain], strategy: :one_for_one)
  end

  defp serving(opts) do
    arguments = InstanceOptions.arguments(opts, Telemetry.detect())

    given =
      Keyword.take(opts, [
        :name,
        :max_queue,
        :max_queue_bytes,
        :retries,
        :shutdown,
        :executable,
        :max_reply_bytes,
        :start_timeout,
        :lazy
      ])

    [{Server, [timeout: opts[:timeout], arguments: arguments] ++ given}]
  end
end
