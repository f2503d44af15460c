defmodule Thumbnailer.Instance.Sender do
  @moduledoc false
  # Sends what waits to the program, which gets no more than its workers can take up.

  alias Thumbnailer.Request
  alias Thumbnailer.Instance.{PendingRequest, Queue, Replies, State, StreamTable}
  alias Thumbnailer.Port.StreamWriter

  @doc "Has the program started that nobody has needed so far."
  @spec wake(State.t()) :: State.t()
  def wake(%{program: %{state: :idle}, port: port} = state) when port != nil do
    :ok = Thumbnailer.Port.Server.wake(port)
    put_in(state.program.state, :starting)
  end

  def wake(state), do: state

  @doc "Questions about the instance do not queue behind images."
  @spec place(Request.t()) :: :front | :back
  def place(%{op: op}) when op in [:info, :stats, :ping], do: :front
  def place(_request), do: :back

  @doc "Sends the requests that the program has room for."
  @spec dispatch(State.t()) :: State.t()
  def dispatch(state) do
    {entry, queue} = Queue.peek(state.queue)
    state = %{state | queue: queue}
    if entry && room?(entry, state), do: state |> send_out(entry) |> dispatch(), else: state
  end

  # A source that is on its way keeps no worker from its work, so it takes no place of another request.
  defp room?(%{request: %{source: :stream}}, %{program: %{state: :up, hello: hello}} = state),
    do: StreamTable.count(state.feeds) < Map.get(hello.limits, :max_streams, 1)

  # As many again as there are workers, so that a worker never waits for its next image.
  defp room?(entry, %{program: %{state: :up, hello: hello}, queue: queue} = state),
    do:
      place(entry.request) == :front or
        queue.sent - StreamTable.count(state.feeds) < 2 * hello.workers

  defp room?(_entry, _state), do: false

  defp send_out(state, %{request: %{op: :info}} = entry),
    do: Replies.finish(state, entry, {:ok, state.program.hello})

  defp send_out(%{program: program} = state, entry) do
    left = PendingRequest.time_left(entry)

    :ok =
      Thumbnailer.Port.Server.send_request(
        state.port,
        program.session,
        entry.id,
        entry.request,
        left
      )

    feed(%{state | queue: Queue.sent(state.queue, entry)}, entry)
  end

  defp feed(state, %{id: id, monitor: token, request: %{source: :stream}} = entry) do
    %{port: port, program: %{session: session, hello: %{limits: limits}}} = state

    feed = %StreamWriter{
      port: port,
      session: session,
      id: id,
      token: token,
      piece: StreamWriter.piece(limits)
    }

    queue = Queue.put(state.queue, PendingRequest.feed(entry, feed))
    %{state | queue: queue, feeds: StreamTable.open(state.feeds, id, token)}
  end

  defp feed(state, _entry), do: state
end
