defmodule Thumbnailer.Instance.Dispatcher do
  @moduledoc false
  # Decides who is let in, and who is sent to the program and when. As the modules beside it that decide (Replies, Recovery,
  # Deadlines, ProgramOutput) it takes what an instance knows and yields it as it is afterwards, with the effects that the
  # process of the instance carries out.

  alias Thumbnailer.Error
  alias Thumbnailer.Instance.{Deadlines, Message, PendingRequest, Queue, Replies, State}
  alias Thumbnailer.Port.{Lifecycle, StreamWriter}
  alias Thumbnailer.Protocol.Codec

  # Questions that the program may have at the same time: else callers who only ask could fill the memory behind a program
  # that does not read.
  @max_questions 64

  @type t :: State.t()

  # -- requests come in

  @doc "Lets a request in, or tells its caller why not; `monitor` watches the caller."
  @spec admit(t, term, PendingRequest.from(), reference | nil) :: t
  def admit(state, message, from, monitor) do
    with :ok <- Message.check(message),
         :ok <- admissible(message, state) do
      timeout = message.timeout || state.timeout
      retries = message.retries || state.retries

      entry =
        PendingRequest.new(state.next_id, message, from, monitor, timeout, retries, state.now)

      state |> Deadlines.wake_at(entry.deadline) |> enter(entry)
    else
      {:error, error} = outcome ->
        state
        |> State.count({:error, error})
        |> State.tell(from, outcome)
        |> Replies.demonitor(monitor)
    end
  end

  defp admissible(_message, %{stopping?: true}) do
    message = "the instance is stopping and takes no further request"
    {:error, Error.new(:unavailable, message)}
  end

  defp admissible(_message, %{program: %{state: :down, permanent?: true} = program}),
    do: {:error, Lifecycle.unavailable(program)}

  defp admissible(%{kind: :question}, _state), do: :ok

  defp admissible(_message, %{queue: %{waiting: waiting}, max_queue: max}) when waiting >= max do
    message = "#{max} requests are waiting already, no more may (option :max_queue)"
    {:error, Error.new(:overloaded, message, limit: max)}
  end

  # One request may always wait, however large it is.
  defp admissible(%{bytes: bytes}, %{queue: %{waiting_bytes: waiting}, max_queue_bytes: max})
       when waiting > 0 and waiting + bytes > max do
    message =
      "requests of #{waiting} bytes are waiting already, with #{bytes} more it would be over #{max} (option :max_queue_bytes)"

    {:error, Error.new(:overloaded, message, limit: max)}
  end

  defp admissible(_message, _state), do: :ok

  # The most frequent case first: nobody waits, and the program has room.
  defp enter(%{queue: %{waiting: 0}, program: %{state: :up}} = state, %{kind: kind} = entry) do
    if capacity?(state, kind),
      do:
        state
        |> with_queue(entry, Queue.pass(state.queue, PendingRequest.sent(entry, state.now)))
        |> send_to_program(entry),
      else: with_queue(state, entry, Queue.enqueue(state.queue, entry))
  end

  defp enter(state, entry) do
    state
    |> with_queue(entry, Queue.enqueue(state.queue, entry))
    |> State.program(Lifecycle.wake(state.program))
    |> dispatch()
  end

  defp with_queue(state, %{id: id}, queue), do: %{state | queue: queue, next_id: id + 1}

  # -- requests go out

  @doc "Sends the requests that the program has room for."
  @spec dispatch(t) :: t
  def dispatch(%{queue: %{waiting: 0}} = state), do: state

  def dispatch(%{program: %{state: :up}} = state),
    do: Enum.reduce(Queue.kinds(), state, &dispatch_kind(&2, &1))

  def dispatch(state), do: state

  defp dispatch_kind(state, kind) do
    if capacity?(state, kind) do
      case Queue.peek(state.queue, kind) do
        {nil, queue} ->
          %{state | queue: queue}

        {entry, queue} ->
          %{state | queue: Queue.mark_sent(queue, PendingRequest.sent(entry, state.now))}
          |> send_to_program(entry)
          |> dispatch_kind(kind)
      end
    else
      state
    end
  end

  defp capacity?(%{queue: queue}, :question), do: queue.questions < @max_questions

  # As many again as there are workers, so that a worker never waits for its next image.
  defp capacity?(%{queue: queue, program: program}, :image),
    do: queue.images < 2 * program.hello.workers

  # A source that is on its way keeps no worker from its work, so it takes no place of another request.
  defp capacity?(%{queue: queue, program: program}, :stream),
    do: queue.streams < Map.get(program.hello.limits, :max_streams, 1)

  defp send_to_program(state, %{op: :info} = entry),
    do: Replies.finish(state, entry, {:ok, state.program.hello})

  defp send_to_program(%{program: %{hello: %{limits: limits}} = program} = state, entry) do
    left = PendingRequest.time_left(entry, state.now)
    [head | _body] = frame = Codec.request(entry.id, entry.op, entry.body, left)

    if byte_size(head) + entry.bytes > limits.max_request_bytes do
      Replies.finish(state, entry, {:error, too_large(limits.max_request_bytes)})
    else
      state
      |> State.effect({:write, program.session, frame})
      |> State.trace(:request, entry.id, frame)
      |> feed(entry, limits)
    end
  end

  defp too_large(limit) do
    message =
      "the request is larger than the #{limit} bytes that a frame may have (:max_request_bytes)"

    Error.new(:too_large, message, limit: limit)
  end

  defp feed(state, %{kind: :stream} = entry, limits),
    do: State.tell(state, entry.reply_to, {:feed, entry.id, StreamWriter.chunk_size(limits)})

  defp feed(state, _entry, _limits), do: state

  @doc """
  The caller of a streamed request sends a piece of its source, which it has encoded as a frame; it is told `:more` when the
  program has taken that. `last?` is the end of the source. For a request that was answered meanwhile it is dropped.
  """
  @spec chunk(t, pos_integer, reference, iodata, boolean) :: t
  def chunk(state, id, ref, frame, last?) do
    case Queue.get(state.queue, id) do
      %{kind: :stream, state: sent, reply_to: {_pid, ^ref}} when sent != :waiting ->
        state
        |> State.effect({:write, state.program.session, frame})
        |> State.trace(:chunk, id, frame)
        |> after_chunk(id, last?)

      _answered ->
        state
    end
  end

  defp after_chunk(state, id, true),
    do: dispatch(%{state | queue: Queue.arrived(state.queue, id)})

  defp after_chunk(%{next_ping: ping} = state, id, false) do
    state
    |> State.effect({:write, state.program.session, Codec.request(ping, :ping, {0, []}, 1)})
    |> Map.merge(%{next_ping: ping + 1, pings: Map.put(state.pings, ping, id)})
  end

  # -- the end

  @doc "From now on nobody is let in; `drainer` is told when every request is answered."
  @spec stop(t, GenServer.from()) :: t
  def stop(state, drainer), do: %{state | stopping?: true, drainer: drainer}

  @doc "Tells who waits for the last answer, when it was given."
  @spec maybe_reply_drained(t) :: t
  def maybe_reply_drained(%{drainer: nil} = state), do: state

  def maybe_reply_drained(%{drainer: drainer, queue: %{waiting: 0, sent: 0}} = state),
    do: State.effect(%{state | drainer: nil}, {:reply_call, drainer, :ok})

  def maybe_reply_drained(state), do: state
end
