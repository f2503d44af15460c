defmodule Thumbnailer.Protocol.Codec do
  @moduledoc false
  # The terms of docs/protocol.md: requests to iovecs, frames to replies, and the maps inside replies to
  # structs. What does not have the shape of the protocol is {:error, message}, never an exception.

  alias Thumbnailer.{Error, Formats, Options, Request, Telemetry, Thumbnail}
  alias Thumbnailer.Options.Definition

  @protocol 1

  # Bytes; ten times what the program has to say.
  @max_hello 8_192

  @details [:signal, :exit_status, :system_call, :stderr, :option, :limit]

  # binary_to_term's :safe refuses atoms that no loaded module names; naming them here loads them.
  @vocabulary Enum.map(Formats.table(), & &1.name) ++
                Enum.map(Error.table(), &elem(&1, 0)) ++
                Enum.flat_map(Options.table(), fn %Definition{wire: wire, choices: choices} ->
                  [wire | Enum.filter(choices, &is_atom/1)]
                end) ++
                ~w(hello protocol version libvips libvips_origin prebuilt system jpeg_fast_path auto codec etf msgpack loaders
                   savers workers limits max_request_bytes max_source_bytes max_pixels max_memory poison_after
                   poison_for timeout max_images_per_worker max_reply_bytes failed_job os_pid
                   sandbox mode require best_effort audit off seccomp landlock server open_denied
                   socket_denied exec_denied complete
                   ok error nil true false source outputs format width height bytes data path
                   raw_width raw_height orientation pages frames duration bands alpha depth colour_space profile
                   preview taken_at camera placeholder max_frames max_side max_icc_bytes
                   max_streams streams busy queued served failed crashed timed_out cancelled forked memory
                   event worker_start worker_recycle worker_exit made
                   reason message signal exit_status system_call stderr option limit
                   hup int quit ill trap abrt bus fpe kill usr1 segv usr2 pipe alrm term stkflt chld
                   cont stop tstp ttin ttou urg xcpu xfsz vtalrm prof winch io pwr sys)a

  @type reply :: {id :: non_neg_integer, {:ok, map} | {:error, Error.t()}}

  @doc "All atoms that the program may send."
  @spec vocabulary() :: [atom]
  def vocabulary, do: @vocabulary

  @doc "The payload of a request; `timeout` is the time left for it, in milliseconds."
  @spec request(non_neg_integer, Request.t(), non_neg_integer) :: [binary]
  def request(id, %Request{op: op}, _timeout) when op in [:stats, :ping],
    do: :erlang.term_to_iovec({op, id})

  def request(id, %Request{op: op, spec: spec, source: source}, timeout),
    do: :erlang.term_to_iovec({op, id, Map.put(spec, :timeout, timeout), source})

  @doc "The payload of a chunk of the source of request `id`, or of its end."
  @spec chunk(non_neg_integer, binary | :eof) :: [binary]
  def chunk(id, bytes), do: :erlang.term_to_iovec({:chunk, id, bytes})

  @doc "The payload that cancels request `id`."
  @spec cancel(non_neg_integer) :: [binary]
  def cancel(id), do: :erlang.term_to_iovec({:cancel, id})

  @doc """
  Reads the hello, the first frame that the program sends.

  A program that is newer than this library may say more about itself than this library has words for, so
  new atoms are let in here, once for each start and bounded by the length; in no other frame.
  """
  @spec decode_hello(binary) :: {:ok, map} | {:error, String.t()}
  def decode_hello(payload) when byte_size(payload) > @max_hello,
    do: {:error, "a hello of #{byte_size(payload)} bytes, over #{@max_hello}"}

  def decode_hello(payload) do
    case to_term(payload, []) do
      {:ok, {:hello, %{protocol: protocol} = hello}} when is_integer(protocol) -> check(hello)
      {:ok, term} -> {:error, "a term that is no hello: " <> shorten(term)}
      {:error, message} -> {:error, message}
    end
  end

  defp check(%{protocol: @protocol, workers: workers, limits: %{max_request_bytes: max}} = hello)
       when is_integer(workers) and workers > 0 and is_integer(max) and max > 0,
       do: {:ok, hello}

  defp check(%{protocol: @protocol} = hello),
    do: {:error, "a hello without the number of workers or the limits: " <> shorten(hello)}

  defp check(%{protocol: protocol}),
    do: {:error, "a hello in protocol #{protocol}, this library speaks protocol #{@protocol}"}

  @doc "Reads an answer or an event: any frame after the hello."
  @spec decode(binary) :: {:ok, reply | {:event, atom, map}} | {:error, String.t()}
  def decode(payload) do
    with {:ok, term} <- to_term(payload, [:safe]) do
      case reply(term) do
        nil -> {:error, "a term that is no answer: " <> shorten(term)}
        reply -> {:ok, reply}
      end
    end
  end

  # A compressed term says itself how large it grows: never ask it.
  defp to_term(<<131, 80, _rest::binary>>, _safe), do: {:error, "a compressed term"}

  defp to_term(payload, safe) do
    {:ok, :erlang.binary_to_term(payload, safe)}
  rescue
    ArgumentError -> {:error, "bytes that are no term: " <> shorten(payload)}
  end

  defp reply({:ok, id, map}) when is_integer(id) and is_map(map), do: {id, {:ok, map}}

  defp reply({:error, id, map}) when is_integer(id) do
    case error(map) do
      {:ok, error} -> {id, {:error, error}}
      :error -> nil
    end
  end

  defp reply({:event, name, %{os_pid: _, made: _} = map} = event) when map_size(map) <= 4,
    do: if(Telemetry.worker_event?(name), do: event)

  defp reply(_term), do: nil

  @doc "The thumbnails in the answer to `make`, one for each of the `count` outputs."
  @spec thumbnails(map, pos_integer) ::
          {:ok, [{:ok, Thumbnail.t()} | {:error, Error.t()}]} | {:error, Error.t()}
  def thumbnails(%{outputs: outputs} = answer, count)
      when is_list(outputs) and length(outputs) == count do
    read = Enum.map(outputs, &output/1)
    if :error in read, do: bad_reply(answer), else: {:ok, read}
  end

  def thumbnails(answer, _count), do: bad_reply(answer)

  defp output({:ok, %{format: format, width: width, height: height, bytes: bytes} = output})
       when is_atom(format) and is_integer(width) and is_integer(height) and is_integer(bytes) do
    thumbnail = %Thumbnail{
      format: format,
      width: width,
      height: height,
      bytes: bytes,
      placeholder: output[:placeholder]
    }

    case output do
      %{data: data} when byte_size(data) == bytes -> {:ok, %{thumbnail | data: data}}
      %{path: path} when is_binary(path) -> {:ok, %{thumbnail | path: path}}
      _neither -> :error
    end
  end

  defp output({:error, map}), do: with({:ok, error} <- error(map), do: {:error, error})
  defp output(_other), do: :error

  @doc "What the answer to `probe` says about the image."
  @spec image(map) :: {:ok, map} | {:error, Error.t()}
  def image(%{format: format, width: width, height: height} = image)
      when is_atom(format) and is_integer(width) and is_integer(height),
      do: {:ok, read_date(image)}

  def image(answer), do: bad_reply(answer)

  # Cameras write what they like: a date that is none is as good as no date.
  defp read_date(%{taken_at: text} = image) when is_binary(text) do
    case NaiveDateTime.from_iso8601(text) do
      {:ok, date} -> %{image | taken_at: date}
      {:error, _reason} -> %{image | taken_at: nil}
    end
  end

  defp read_date(image), do: image

  defp error(%{reason: reason, message: message} = map) when is_binary(message) do
    if Error.reason?(reason),
      do: {:ok, Error.new(reason, message, Map.take(map, @details))},
      else: :error
  end

  defp error(_other), do: :error

  defp bad_reply(answer) do
    message = "the port program answered with something that is no answer: " <> shorten(answer)
    {:error, Error.new(:bad_reply, message)}
  end

  defp shorten(term), do: inspect(term, limit: 10, printable_limit: 60)
end
