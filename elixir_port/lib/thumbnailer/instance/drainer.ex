defmodule Thumbnailer.Instance.Drainer do
  @moduledoc false
  # Stops an instance in order. It is the last child of the instance and so the first that the supervisor ends: at
  # that moment everything still runs, and what was let in is finished before the rest of the tree is taken down.

  use GenServer

  alias Thumbnailer.Instance.Questions

  # How much longer than the time for the requests the supervisor waits before it kills.
  @margin 1_000

  @doc "A child that has the server called `:server` finish its requests within `:shutdown` milliseconds."
  @spec child_spec(keyword) :: Supervisor.child_spec()
  def child_spec(opts) do
    start = {GenServer, :start_link, [__MODULE__, opts]}
    %{id: __MODULE__, start: start, shutdown: opts[:shutdown] + @margin}
  end

  @impl true
  def init(opts) do
    # Else there is no terminate/2.
    Process.flag(:trap_exit, true)
    {:ok, opts}
  end

  @impl true
  def handle_info(_stray, opts), do: {:noreply, opts}

  @impl true
  def terminate(reason, opts) when reason in [:shutdown, :normal],
    do: Questions.drain(opts[:server], opts[:shutdown])

  # The tree came down by itself: there is nothing to finish any more.
  def terminate(_crash, _opts), do: :ok
end
