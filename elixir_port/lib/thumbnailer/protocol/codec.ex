defmodule Thumbnailer.Protocol.Codec do
  @moduledoc false
  # The terms of docs/protocol.md: requests to bytes, and frames to replies, whose maps `Answer` reads. What does not have the
  # shape of the protocol is {:error, message}, never an exception.

  alias Thumbnailer.{Error, Formats, Options, Request, Telemetry}
  alias Thumbnailer.Options.Definition
  alias Thumbnailer.Protocol.{Answer, Hello, Term}

  # Ten times what 64 outputs have.
  @max_elements 10_000

  # Bytes of a line of the log: twice what the program sends of one.
  @max_line 1_000

  # The option that each request has in front of all others.
  @time_left <<119, 7, "timeout">>

  # binary_to_term's :safe refuses atoms that no loaded module names; naming them here loads them.
  @vocabulary Enum.flat_map(Formats.table(), &[&1.name, &1.read_with]) ++
                Enum.map(Error.table(), &elem(&1, 0)) ++
                Enum.flat_map(Options.table(), fn %Definition{wire: wire, choices: choices} ->
                  [wire | Enum.filter(choices, &is_atom/1)]
                end) ++
                ~w(hello protocol version libvips libvips_origin prebuilt system jpeg_fast_path auto codec etf msgpack loaders
                   savers formats name read by_default read_with written fonts workers limits max_request_bytes max_source_bytes max_pixels max_memory poison_after
                   poison_for timeout max_images_per_worker max_reply_bytes failed_job long_job os_pid
                   sandbox mode require best_effort audit off seccomp landlock server open_denied
                   socket_denied exec_denied complete
                   ok error nil true false source outputs format width height bytes data path
                   raw_width raw_height orientation pages frames duration bands alpha depth colour_space profile
                   preview taken_at camera placeholder warnings max_frames max_side max_icc_bytes
                   max_streams streams busy queued served failed crashed timed_out cancelled forked memory
                   event worker_start worker_recycle worker_exit made log level warning info
                   step_added step_disabled step steps fault name hash description disabled kills max_step_memory
                   disable_step_after refused bounds stack unreachable arithmetic call bad_result bad_code
                   reason message signal exit_status system_call stderr option limit
                   hup int quit ill trap abrt bus fpe kill usr1 segv usr2 pipe alrm term stkflt chld
                   cont stop tstp ttin ttou urg xcpu xfsz vtalrm prof winch io pwr sys)a

  @words Map.new(@vocabulary, &{Atom.to_string(&1), &1})

  @type reply :: {id :: non_neg_integer, {:ok, map} | {:error, Error.t()}}

  @doc "All atoms that the program may send."
  @spec vocabulary() :: [atom]
  def vocabulary, do: @vocabulary

  @typedoc "A request without what only its instance knows, its id and the time left: how many options, and the rest."
  @type body :: {options :: non_neg_integer, iodata}

  @doc "The body of a request; large binaries are in it without a copy."
  @spec body(Request.t()) :: body
  def body(%Request{op: op}) when op in [:stats, :ping], do: {0, []}

  def body(%Request{op: :remove_step, spec: %{name: name}}) do
    <<131, name::binary>> = :erlang.term_to_binary(name)
    {0, [name]}
  end

  # A request is {Op, Id, Options, Source}. The options and the source are encoded once, in the process of the caller; the
  # instance writes what precedes them.
  def body(%Request{spec: spec, source: source}) do
    [<<131, 104, 2, 116, options::32, pairs::binary>> | rest] =
      :erlang.term_to_iovec({spec, source})

    {options, [pairs | rest]}
  end

  @doc "The payload of a request; `left` is the time left for it, in milliseconds."
  @spec request(non_neg_integer, atom, body, pos_integer) :: nonempty_list(iodata)
  def request(id, op, {_none, []}, _left), do: [<<131, 104, 2>> <> atom(op) <> integer(id)]

  def request(id, :remove_step, {0, name}, _left),
    do: [<<131, 104, 3>> <> atom(:remove_step) <> integer(id) | name]

  def request(id, op, {options, rest}, left) do
    [
      <<131, 104, 4, atom(op)::binary, integer(id)::binary, 116, options + 1::32,
        @time_left::binary, 98, left::32>>
      | rest
    ]
  end

  @doc "As `request/4`, for a request that is sent only once."
  @spec request(non_neg_integer, Request.t(), pos_integer) :: nonempty_list(iodata)
  def request(id, %Request{op: op} = request, left), do: request(id, op, body(request), left)

  for op <- [:make, :probe, :stats, :ping, :add_step, :remove_step] do
    name = Atom.to_string(op)
    defp atom(unquote(op)), do: unquote(<<119, byte_size(name), name::binary>>)
  end

  defp integer(n) when n < 0x80000000, do: <<98, n::32>>

  defp integer(n) do
    <<131, integer::binary>> = :erlang.term_to_binary(n)
    integer
  end

  @doc "The payload of a chunk of the source of request `id`, or of its end."
  @spec chunk(non_neg_integer, binary | :eof) :: [binary]
  def chunk(id, bytes), do: :erlang.term_to_iovec({:chunk, id, bytes})

  @doc "The payload that cancels request `id`."
  @spec cancel(non_neg_integer) :: [binary]
  def cancel(id), do: :erlang.term_to_iovec({:cancel, id})

  @doc "How large a hello may be, in bytes."
  @spec max_hello_bytes() :: pos_integer
  defdelegate max_hello_bytes(), to: Hello, as: :max_bytes

  @doc "Reads the hello, the first frame that the program sends."
  @spec decode_hello(binary) :: {:ok, map} | {:error, String.t()}
  def decode_hello(payload), do: Hello.decode(payload, @words)

  @doc "Reads an answer or an event: any frame after the hello."
  @spec decode(binary) :: {:ok, reply | {:event, atom, map}} | {:error, String.t()}
  # What a ping is answered with, which is most of what comes while sources are streamed.
  def decode(<<131, 104, 3, 119, 2, "ok", 97, id, 116, 0::32>>), do: {:ok, {id, {:ok, %{}}}}

  def decode(<<131, 104, 3, 119, 2, "ok", 98, id::32, 116, 0::32>>) when id < 0x80000000,
    do: {:ok, {id, {:ok, %{}}}}

  def decode(payload) do
    with {:ok, term} <- to_term(payload) do
      case reply(term) do
        nil -> {:error, "a term that is no answer: " <> shorten(term)}
        reply -> {:ok, reply}
      end
    end
  end

  defp to_term(payload) do
    case Term.check(payload, @max_elements) do
      :ok -> {:ok, :erlang.binary_to_term(payload, [:safe])}
      {:error, "bytes" <> _ = message} -> {:error, message <> ": " <> shorten(payload)}
      {:error, message} -> {:error, message}
    end
  rescue
    ArgumentError -> {:error, "bytes that are no term: " <> shorten(payload)}
  end

  defp reply({:ok, id, map}) when is_integer(id) and is_map(map), do: {id, {:ok, map}}

  defp reply({:error, id, map}) when is_integer(id) do
    case Answer.error(map) do
      {:ok, error} -> {id, {:error, error}}
      :error -> nil
    end
  end

  defp reply({:event, name, %{os_pid: os_pid, made: made} = map} = event)
       when map_size(map) <= 4 and is_integer(os_pid) and is_integer(made),
       do: if(Telemetry.worker_event?(name), do: event)

  defp reply({:event, :step_disabled, %{name: name, hash: hash, kills: kills} = map} = event)
       when map_size(map) == 3 and is_binary(name) and is_binary(hash) and is_integer(kills),
       do: event

  defp reply({:event, :log, %{level: level, os_pid: os_pid, message: message} = map} = event)
       when map_size(map) == 3 and level in [:warning, :info] and is_integer(os_pid) and
              is_binary(message) and byte_size(message) <= @max_line,
       do: if(String.valid?(message), do: event)

  defp reply(_term), do: nil

  defp shorten(term), do: inspect(term, limit: 10, printable_limit: 60)
end
