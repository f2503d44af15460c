defmodule Thumbnailer.Instance.Client do
  @moduledoc false
  # The caller's side of a request to an instance: what is sent, and what is waited for. A request is one message, and so is
  # its answer, tagged with an alias of the caller that monitors the instance.
  #
  # An instance of this node answers within the deadline, whatever its program does; only its own end can leave a caller without
  # an answer. One on another node may be cut off without anybody noticing, so its callers keep the deadline as well.

  alias Thumbnailer.{Error, Request}
  alias Thumbnailer.Instance.{Absence, Message, Questions, Relay, ReplyAddress}
  alias Thumbnailer.Port.StreamWriter
  alias Thumbnailer.Protocol.Codec

  # How much later than the deadline an instance answers at the latest, which kills its program first, and how long the way
  # between two nodes may take; in milliseconds.
  @grace 500
  @way 500

  @enforce_keys [:ref, :on, :server, :ends_at]
  defstruct [:ref, :on, :server, :ends_at]

  @typedoc "A request that was sent: `ends_at` is in milliseconds of the monotonic clock."
  @type t :: %__MODULE__{
          ref: reference,
          on: GenServer.server(),
          server: pid | {atom, node},
          ends_at: integer | :infinity
        }

  @type outcome :: {:ok, map} | {:error, Error.t()}

  @doc "Asks the instance `on` and waits for the answer."
  @spec request(GenServer.server(), Request.t()) :: outcome
  def request(on, %Request{source: {:stream, stream}} = request) do
    with {:ok, call} <- send_request(on, %{request | source: :stream}, :explicit_unalias),
         do: write_stream(call, stream)
  end

  def request(on, %Request{} = request) do
    case GenServer.whereis(on) do
      pid when is_pid(pid) and node(pid) == node() -> request_here(pid, on, Message.new(request))
      _elsewhere -> with {:ok, call} <- send_request(on, request), do: await(call)
    end
  end

  # The usual case: nothing stands between the reference and the wait for it, so that the runtime system looks at no older message.
  defp request_here(pid, on, message) do
    ref = :erlang.monitor(:process, pid, alias: :reply_demonitor)
    send(pid, {:request, {self(), ref}, message})

    receive do
      {^ref, outcome} -> outcome
      {:DOWN, ^ref, :process, _pid, reason} -> {:error, Absence.error(on, reason)}
    end
  end

  @doc "As `request/2`, but the answer comes as a message, which `answer/2` knows."
  @spec send_request(GenServer.server(), Request.t(), :reply_demonitor | :explicit_unalias) ::
          {:ok, t} | {:error, Error.t()}
  def send_request(on, %Request{} = request, alias_mode \\ :reply_demonitor) do
    with {:ok, server} <- whereis(on),
         {:ok, request} <- with_timeout(request, here?(server), on) do
      here? = here?(server)
      server = if here?, do: server, else: Relay.start(server)
      ref = :erlang.monitor(:process, server, alias: alias_mode)
      send(server, message(ref, request))
      {:ok, %__MODULE__{ref: ref, on: on, server: server, ends_at: ends_at(request, here?)}}
    end
  end

  @doc "The message that asks an instance: the answer goes to `ref`, an alias of the calling process."
  @spec message(reference, Request.t()) :: tuple
  def message(ref, request), do: {:request, {self(), ref}, Message.new(request)}

  @doc "The answer in a message to what was asked, nil when the message is another."
  @spec answer(term, t) :: outcome | nil
  def answer({ref, outcome}, %{ref: ref}), do: Message.cast_outcome(outcome)

  def answer({:DOWN, ref, :process, _server, reason}, %{ref: ref} = call),
    do: {:error, Absence.error(call.on, reason)}

  def answer(_message, _call), do: nil

  @doc "What is told when `time_left/1` is over."
  @spec too_late(t) :: {:error, Error.t()}
  def too_late(call) do
    close(call)
    message = "the deadline passed, and the node of #{inspect(call.on)} has not answered"
    {:error, Error.new(:timeout, message)}
  end

  @doc "How many milliseconds the answer may take."
  @spec time_left(t) :: timeout
  def time_left(%{ends_at: :infinity}), do: :infinity
  def time_left(%{ends_at: at}), do: max(at - System.monotonic_time(:millisecond), 0)

  defp await(%{ref: ref} = call) do
    receive do
      {^ref, outcome} -> Message.cast_outcome(outcome)
      {:DOWN, ^ref, :process, _server, reason} -> {:error, Absence.error(call.on, reason)}
    after
      time_left(call) -> too_late(call)
    end
  end

  # -- where the instance is

  defp whereis(on) do
    case GenServer.whereis(on) do
      nil -> {:error, Absence.error(on, :noproc)}
      server -> {:ok, server}
    end
  end

  defp here?(pid) when is_pid(pid), do: node(pid) == node()
  defp here?({_name, node}), do: node == node()

  # What an instance gives a request that does not say is asked of it where the caller has to know.
  defp with_timeout(%{timeout: nil} = request, false, on) do
    with {:ok, timeout} <- Questions.timeout(on), do: {:ok, %{request | timeout: timeout}}
  end

  defp with_timeout(request, _here?, _on), do: {:ok, request}

  defp ends_at(_request, true), do: :infinity

  defp ends_at(%{timeout: timeout}, false),
    do: System.monotonic_time(:millisecond) + timeout + @grace + @way

  # -- a source that is a stream

  defp write_stream(call, stream) do
    outcome =
      case next(call) do
        {:feed, id, size} -> write_chunks(call, stream, id, size)
        outcome -> outcome
      end

    close(call)
    Message.cast_outcome(outcome)
  end

  # Whatever the stream raises, throws or exits with is its caller's.
  defp write_chunks(call, stream, id, size) do
    case StreamWriter.write_all(stream, size, &write_chunk(call, id, &1)) do
      :cont -> write(call, id, :eof)
      {:halt, outcome} -> outcome
    end
  catch
    kind, reason ->
      send(call.server, {:stream_failed, id, call.ref})

      # A relay sees the end of the request as this process does not: it passes that on before it ends.
      close(%{call | ends_at: :infinity})
      :erlang.raise(kind, reason, __STACKTRACE__)
  end

  defp write_chunk(call, id, chunk) do
    case write(call, id, chunk) do
      :more -> :cont
      outcome -> {:halt, outcome}
    end
  end

  defp write(call, id, chunk) do
    send(call.server, {:chunk, id, call.ref, Codec.chunk(id, chunk), chunk == :eof})
    next(call)
  end

  defp next(%{ref: ref} = call) do
    receive do
      {^ref, word} -> word
      {:DOWN, ^ref, :process, _server, reason} -> {:error, Absence.error(call.on, reason)}
    after
      time_left(call) -> too_late(call)
    end
  end

  # Nothing that comes later is left in the mailbox.
  defp close(%{ref: ref, ends_at: ends_at, server: server}) do
    if ends_at != :infinity, do: Process.exit(server, :kill)
    ReplyAddress.close(ref)
  end
end
