defmodule Thumbnailer.Recording.Replay do
  @moduledoc false
  # Sends the requests of a recording again, one after the other, and compares the replies with the recorded ones.
  # It talks to the program without the rest of the library. It sends the recorded requests unchanged, except for output
  # files: their thumbnails come back in the reply instead.

  alias Thumbnailer.OS
  alias Thumbnailer.Protocol.{Codec, FrameBuffer}

  # Bytes; the maximum of the instance option :max_reply_bytes.
  @max_reply_bytes 4_294_967_295

  @typedoc "`then` and `now` are the recorded and the new result in words, with their milliseconds."
  @type result :: %{
          name: String.t(),
          same?: boolean,
          then: String.t(),
          now: String.t(),
          then_ms: String.t(),
          now_ms: String.t()
        }

  # Longer than the timeout of any request, so only a program that hangs exceeds it.
  @reply_timeout 3_700_000

  @doc "A lazy stream of the results of all requests in the folder, in their order."
  @spec stream(Path.t(), Path.t(), [String.t()]) :: Enumerable.t()
  def stream(folder, executable, arguments \\ []) do
    times = times(folder)

    Stream.resource(
      fn -> {requests(folder), start!(executable, arguments)} end,
      fn
        {[], program} -> {:halt, {[], program}}
        {[path | rest], program} -> {[run(path, program, times)], {rest, program}}
      end,
      fn {_rest, program} -> stop(program) end
    )
  end

  @doc "The request files in a folder."
  @spec requests(Path.t()) :: [Path.t()]
  def requests(folder), do: folder |> Path.join("*.request.etf") |> Path.wildcard() |> Enum.sort()

  defp start!(executable, arguments) do
    with {:ok, program, _os_pid} <- OS.Process.start(executable, arguments),
         {:ok, _hello} <- program |> receive_frame!() |> Codec.decode_hello() do
      program
    else
      {:error, why} -> raise "#{executable} cannot be used: #{why}"
    end
  end

  defp stop(program) do
    OS.Process.close(program)

    receive do
      {^program, {:exit_status, _status}} -> :ok
    after
      0 -> :ok
    end
  end

  defp run(path, program, times) do
    name = Path.basename(path, ".request.etf")
    [request | _chunks] = frames = path |> File.read!() |> frames()
    {_op, id, _spec, _source} = :erlang.binary_to_term(request)

    begin = System.monotonic_time(:microsecond)
    for frame <- frames, do: OS.Process.write(program, without_files(frame))
    reply = await(program, id)
    took = System.monotonic_time(:microsecond) - begin

    then_ = recorded(path)

    %{
      name: name,
      same?: comparable(then_) == comparable(reply),
      then: describe(then_),
      now: describe(reply),
      then_ms: Map.get(times, name, "?"),
      now_ms: :erlang.float_to_binary(took / 1000, decimals: 3)
    }
  end

  defp await(program, id) do
    case program |> receive_frame!() |> Codec.decode() do
      {:ok, {^id, outcome}} -> outcome
      {:ok, _another} -> await(program, id)
      {:error, why} -> raise "the program sent #{why}"
    end
  end

  # One request at a time, so the next frame is its reply.
  defp receive_frame!(program, frames \\ FrameBuffer.new(@max_reply_bytes)) do
    receive do
      {^program, {:data, bytes}} ->
        case FrameBuffer.push(frames, bytes) do
          {:ok, [frame | _none], _rest} -> frame
          {:ok, [], frames} -> receive_frame!(program, frames)
          {:error, length} -> raise "the program announced a frame of #{length} bytes"
        end

      {^program, {:exit_status, status}} ->
        raise "the program ended with status #{status}"
    after
      @reply_timeout -> raise "the program does not answer"
    end
  end

  # -- files

  defp recorded(path) do
    case path |> String.replace_suffix(".request.etf", ".reply.etf") |> File.read() do
      {:ok, bytes} ->
        {:ok, {_id, outcome}} = bytes |> frames() |> hd() |> Codec.decode()
        outcome

      {:error, :enoent} ->
        :lost
    end
  end

  defp frames(<<length::32, payload::binary-size(length), rest::binary>>),
    do: [payload | frames(rest)]

  defp frames(""), do: []

  defp without_files(payload) do
    case :erlang.binary_to_term(payload) do
      {:make, id, %{outputs: outputs} = spec, source} ->
        outputs = Enum.map(outputs, &Map.delete(&1, :to))
        :erlang.term_to_iovec({:make, id, %{spec | outputs: outputs}, source})

      _other ->
        payload
    end
  end

  defp times(folder) do
    case File.read(Path.join(folder, "index.tsv")) do
      {:ok, index} ->
        for line <- index |> String.split("\n", trim: true) |> tl(), into: %{} do
          [number, _id, _operation, _outcome, ms | _sizes] = String.split(line, "\t")
          {number, ms}
        end

      {:error, _why} ->
        %{}
    end
  end

  # -- comparison: everything except messages, bytes and paths

  defp comparable({:ok, %{source: source, outputs: outputs}}),
    do: {:ok, source, Enum.map(outputs, &output/1)}

  defp comparable({:ok, probe}), do: {:ok, probe}
  defp comparable({:error, error}), do: {:error, error.reason}
  defp comparable(:lost), do: :lost

  defp output({:ok, made}), do: {:ok, Map.take(made, [:format, :width, :height])}
  defp output({:error, %{reason: reason}}), do: {:error, reason}

  defp describe(:lost), do: "no reply"
  defp describe({:error, error}), do: to_string(error.reason)

  defp describe({:ok, %{outputs: outputs}}) do
    Enum.map_join(outputs, " ", fn
      {:ok, made} -> "#{made.format}:#{made.width}x#{made.height}"
      {:error, error} -> to_string(error.reason)
    end)
  end

  defp describe({:ok, probe}), do: "#{probe.format}:#{probe.width}x#{probe.height}"
end
