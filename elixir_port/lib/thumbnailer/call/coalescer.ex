defmodule Thumbnailer.Call.Coalescer do
  @moduledoc false
  # Identical requests that are under way at the same time are made once, and all who wait get the same answer. What makes
  # them is a task that asks the instance as any caller would. Every caller keeps its own deadline; the shared request may
  # take as long as anybody waits, and is cancelled when nobody does any more.

  use GenServer

  alias Thumbnailer.{Error, Request}
  alias Thumbnailer.Call.SharedRequest

  defstruct open: %{}, keys: %{}

  @type t :: %__MODULE__{
          open: %{optional(SharedRequest.key()) => SharedRequest.t()},
          # of each task that makes one
          keys: %{optional(reference) => SharedRequest.key()}
        }

  @doc "Starts the process that knows the shared requests of this node."
  @spec start_link(term) :: GenServer.on_start()
  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "Has `make` answer the request, together with whoever asks the same of `on`; the request has a timeout."
  @spec request(GenServer.server() | {:cluster, atom}, Request.t(), SharedRequest.make()) ::
          SharedRequest.outcome()
  def request(on, %Request{timeout: timeout} = request, make) when timeout != nil,
    do: join({:join, SharedRequest.key(on, request), request, make})

  # Everybody is answered by the deadline; only the end of the coalescer can leave a caller without an answer.
  defp join(message) do
    GenServer.call(__MODULE__, message, :infinity)
  catch
    :exit, {reason, {GenServer, :call, _arguments}} -> failure(reason)
  end

  @impl true
  def init([]) do
    # The tasks are linked, so that they end with this process, and must not take it along.
    Process.flag(:trap_exit, true)
    {:ok, %__MODULE__{}}
  end

  @impl true
  def handle_call({:join, key, request, make}, from, state) do
    case state.open do
      %{^key => shared} ->
        # One that would end before this caller's time is over is left to those who have joined already.
        if SharedRequest.lasts_for?(shared, request),
          do: {:noreply, put_in(state.open[key], SharedRequest.join(shared, from, request))},
          else: {:noreply, start(state, {key, make_ref()}, {request, make}, from)}

      _none ->
        {:noreply, start(state, key, {request, make}, from)}
    end
  end

  @impl true
  def handle_info({ref, outcome}, %{keys: keys} = state) when is_map_key(keys, ref) do
    Process.demonitor(ref, [:flush])
    {:noreply, finish(state, ref, outcome)}
  end

  def handle_info({:DOWN, ref, :process, _pid, reason}, %{keys: keys} = state)
      when is_map_key(keys, ref),
      do: {:noreply, finish(state, ref, failure(reason))}

  def handle_info({:deadline_passed, key, waiter}, state) do
    message = "the deadline passed before the request that it was coalesced with was answered"
    {:noreply, leave(state, key, waiter, {:error, Error.new(:timeout, message)})}
  end

  def handle_info({{:caller_down, key, waiter}, _monitor, :process, _pid, _reason}, state),
    do: {:noreply, leave(state, key, waiter, nil)}

  def handle_info(_stray, state), do: {:noreply, state}

  defp start(state, key, {request, make}, from) do
    shared = SharedRequest.start(key, request, make)
    all = Map.put(state.open, key, SharedRequest.join(shared, from, request))
    %{state | open: all, keys: Map.put(state.keys, shared.task.ref, key)}
  end

  defp finish(state, ref, outcome) do
    {key, keys} = Map.pop!(state.keys, ref)
    {shared, all} = Map.pop!(state.open, key)
    SharedRequest.finish(shared, outcome)
    %{state | keys: keys, open: all}
  end

  defp failure(reason),
    do:
      {:error,
       Error.new(:unavailable, "the request broke off: " <> Exception.format_exit(reason))}

  # A caller may have had its answer while the word of its end was on the way.
  defp leave(%{open: all} = state, key, waiter, outcome) when is_map_key(all, key) do
    case SharedRequest.leave(all[key], waiter, outcome) do
      :empty ->
        {%{task: %{ref: ref}}, all} = Map.pop!(all, key)
        %{state | open: all, keys: Map.delete(state.keys, ref)}

      shared ->
        put_in(state.open[key], shared)
    end
  end

  defp leave(state, _key, _waiter, _outcome), do: state
end
