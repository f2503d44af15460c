defmodule Thumbnailer.Call.Coalescer do
  @moduledoc false
  # Identical requests that are under way at the same time are one flight: it is made once, and all who wait for it get
  # the same answer. A flight is a small process that asks the instance as any caller would. Everybody keeps a
  # deadline of his own; the flight may take as long as anybody waits, and is cancelled when nobody does any more.

  use GenServer

  alias Thumbnailer.{Error, Request}
  alias Thumbnailer.Call.SharedRequest

  defstruct open: %{}, keys: %{}

  @type t :: %__MODULE__{
          open: %{optional(SharedRequest.key()) => SharedRequest.t()},
          # of each process that makes one
          keys: %{optional(pid) => SharedRequest.key()}
        }

  @doc "Starts the process that knows the flights of this node."
  @spec start_link(term) :: GenServer.on_start()
  def start_link(_opts), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)

  @doc "Has `make` answer the request, together with whoever asks the same of `on`; the request has a deadline."
  @spec request(GenServer.server() | {:cluster, atom}, Request.t(), SharedRequest.make()) ::
          SharedRequest.outcome()
  def request(on, %Request{timeout: timeout} = request, make) when timeout != nil,
    do: board({:board, SharedRequest.key(on, request), request, make})

  # Every flight lands; only the end of the process that knows them can leave a caller without an answer.
  defp board(message) do
    GenServer.call(__MODULE__, message, :infinity)
  catch
    :exit, {reason, {GenServer, :call, _arguments}} -> broken_off(reason)
  end

  @impl true
  def init([]) do
    # A flight is linked, so that it ends with this process, and must not take it along.
    Process.flag(:trap_exit, true)
    {:ok, %__MODULE__{}}
  end

  @impl true
  def handle_call({:board, key, request, make}, from, state) do
    case state.open do
      %{^key => flight} ->
        # One that would end before this caller's time is over is left to those who have boarded already.
        if SharedRequest.in_time?(flight, request),
          do: {:noreply, put_in(state.open[key], SharedRequest.board(flight, from, request))},
          else: {:noreply, depart(state, {key, make_ref()}, {request, make}, from)}

      _none ->
        {:noreply, depart(state, key, {request, make}, from)}
    end
  end

  @impl true
  def handle_info({:DOWN, _monitor, :process, pid, reason}, %{keys: keys} = state)
      when is_map_key(keys, pid) do
    {key, keys} = Map.pop!(keys, pid)
    {flight, open} = Map.pop!(state.open, key)
    SharedRequest.land(flight, outcome(reason))
    {:noreply, %{state | keys: keys, open: open}}
  end

  def handle_info({:late, key, seat}, state) do
    message = "the deadline passed before the request that it was coalesced with was answered"
    {:noreply, leave(state, key, seat, {:error, Error.new(:timeout, message)})}
  end

  def handle_info({{:caller_down, key, seat}, _monitor, :process, _pid, _reason}, state),
    do: {:noreply, leave(state, key, seat, nil)}

  def handle_info(_stray, state), do: {:noreply, state}

  defp depart(state, key, {request, make}, from) do
    flight = SharedRequest.depart(key, request, make)
    open = Map.put(state.open, key, SharedRequest.board(flight, from, request))
    %{state | open: open, keys: Map.put(state.keys, flight.pid, key)}
  end

  defp outcome({:answer, answer}), do: answer

  defp outcome(reason), do: broken_off(reason)

  defp broken_off(reason),
    do:
      {:error,
       Error.new(:unavailable, "the request broke off: " <> Exception.format_exit(reason))}

  # A caller may have had its answer while the word of its end was on the way.
  defp leave(%{open: open} = state, key, seat, outcome) when is_map_key(open, key) do
    case SharedRequest.leave(open[key], seat, outcome) do
      :empty ->
        {%{pid: pid}, open} = Map.pop!(open, key)
        %{state | open: open, keys: Map.delete(state.keys, pid)}

      flight ->
        put_in(state.open[key], flight)
    end
  end

  defp leave(state, _key, _seat, _outcome), do: state
end
