defmodule Thumbnailer.Call.Coalescer do
  @moduledoc false
  # Identical requests that are under way at the same time are made once, and all callers get the same
  # answer. A shared request is a small process that asks the instance as any caller would. Each caller keeps its own
  # deadline; the shared request may take as long as somebody waits, and is cancelled when nobody does any more.

  use GenServer

  alias Thumbnailer.{Error, Request}
  alias Thumbnailer.Call.SharedRequest

  defstruct open: %{}, keys: %{}

  @type t :: %__MODULE__{
          open: %{optional(SharedRequest.key()) => SharedRequest.t()},
          # of each process that makes one
          keys: %{optional(pid) => SharedRequest.key()}
        }

  @doc "Starts the process that knows the shared requests of this node."
  @spec start_link(term) :: GenServer.on_start()
  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "Has `make` answer the request, together with whoever asks the same of `on`; the request has a deadline."
  @spec request(GenServer.server() | {:cluster, atom}, Request.t(), SharedRequest.make()) ::
          SharedRequest.outcome()
  def request(on, %Request{timeout: timeout} = request, make) when timeout != nil,
    do: join({:join, SharedRequest.key(on, request), request, make})

  # Every shared request ends; only the end of the coalescer itself can leave a caller without an answer.
  defp join(message) do
    GenServer.call(__MODULE__, message, :infinity)
  catch
    :exit, {reason, {GenServer, :call, _arguments}} -> failure(reason)
  end

  @impl true
  def init([]) do
    # Shared requests are linked, so that they end with this process; their end must not end it.
    Process.flag(:trap_exit, true)
    {:ok, %__MODULE__{}}
  end

  @impl true
  def handle_call({:join, key, request, make}, from, state) do
    case state.open do
      %{^key => shared} ->
        # A shared request that would end before this caller's deadline is not joined; a new one is started.
        if SharedRequest.lasts_for?(shared, request),
          do: {:noreply, put_in(state.open[key], SharedRequest.join(shared, from, request))},
          else: {:noreply, start(state, {key, make_ref()}, {request, make}, from)}

      _none ->
        {:noreply, start(state, key, {request, make}, from)}
    end
  end

  @impl true
  def handle_info({:DOWN, _monitor, :process, pid, reason}, %{keys: keys} = state)
      when is_map_key(keys, pid) do
    {key, keys} = Map.pop!(keys, pid)
    {shared, open} = Map.pop!(state.open, key)
    SharedRequest.finish(shared, outcome(reason))
    {:noreply, %{state | keys: keys, open: open}}
  end

  def handle_info({:deadline_passed, key, waiter_ref}, state) do
    message = "the deadline passed before the request that it was coalesced with was answered"
    {:noreply, leave(state, key, waiter_ref, {:error, Error.new(:timeout, message)})}
  end

  def handle_info({{:caller_down, key, waiter_ref}, _monitor, :process, _pid, _reason}, state),
    do: {:noreply, leave(state, key, waiter_ref, nil)}

  def handle_info(_stray, state), do: {:noreply, state}

  defp start(state, key, {request, make}, from) do
    shared = SharedRequest.start(key, request, make)
    open = Map.put(state.open, key, SharedRequest.join(shared, from, request))
    %{state | open: open, keys: Map.put(state.keys, shared.pid, key)}
  end

  defp outcome({:answer, answer}), do: answer

  defp outcome(reason), do: failure(reason)

  defp failure(reason),
    do:
      {:error,
       Error.new(:unavailable, "the request broke off: " <> Exception.format_exit(reason))}

  # A caller may have had its answer while the word of its end was on the way.
  defp leave(%{open: open} = state, key, waiter_ref, outcome) when is_map_key(open, key) do
    case SharedRequest.leave(open[key], waiter_ref, outcome) do
      :empty ->
        {%{pid: pid}, open} = Map.pop!(open, key)
        %{state | open: open, keys: Map.delete(state.keys, pid)}

      shared ->
        put_in(state.open[key], shared)
    end
  end

  defp leave(state, _key, _seat, _outcome), do: state
end
