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
  @spec position(Request.t()) :: :head | :tail
  def position(%{op: op}) when op in [:info, :stats, :ping], do: :head
  def position(_request), do: :tail

  @doc "Sends the requests that the program has capacity for."
  @spec dispatch(State.t()) :: State.t()
  def dispatch(state) do
    {entry, queue} = Queue.peek(state.queue)
    state = %{state | queue: queue}

    if entry && capacity?(entry, state),
      do: state |> send_to_program(entry) |> dispatch(),
      else: state
  end

  # A source that still arrives occupies no worker, so streams have a limit of their own.
  defp capacity?(%{request: %{source: :stream}}, %{program: %{state: :up, hello: hello}} = state),
    do: StreamTable.count(state.streams) < Map.get(hello.limits, :max_streams, 1)

  # As many again as there are workers, so that a worker never waits for its next image.
  defp capacity?(entry, %{program: %{state: :up, hello: hello}, queue: queue} = state),
    do:
      position(entry.request) == :head or
        queue.sent - StreamTable.count(state.streams) < 2 * hello.workers

  defp capacity?(_entry, _state), do: false

  defp send_to_program(state, %{request: %{op: :info}} = entry),
    do: Replies.finish(state, entry, {:ok, state.program.hello})

  defp send_to_program(%{program: program} = state, entry) do
    left = PendingRequest.time_left(entry)

    :ok =
      Thumbnailer.Port.Server.send_request(
        state.port,
        program.session,
        entry.id,
        entry.request,
        left
      )

    start_stream(%{state | queue: Queue.mark_sent(state.queue, entry)}, entry)
  end

  defp start_stream(state, %{id: id, monitor: monitor_ref, request: %{source: :stream}} = entry) do
    %{port: port, program: %{session: session, hello: %{limits: limits}}} = state

    writer = %StreamWriter{
      port: port,
      session: session,
      id: id,
      monitor_ref: monitor_ref,
      chunk_size: StreamWriter.chunk_size(limits)
    }

    queue = Queue.put(state.queue, PendingRequest.start_stream(entry, writer))
    %{state | queue: queue, streams: StreamTable.open(state.streams, id, monitor_ref)}
  end

  defp start_stream(state, _entry), do: state
end
