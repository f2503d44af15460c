defmodule Thumbnailer.Recording.Recorder do
  @moduledoc false
  # The process behind a `Thumbnailer.Recording`: writes down what the instance tells it.

  use GenServer, restart: :temporary

  alias Thumbnailer.Error
  alias Thumbnailer.Instance.{Absence, Questions}
  alias Thumbnailer.Protocol.Codec

  @enforce_keys [:folder, :count, :only, :max_bytes, :instance, :caller, :ref]
  defstruct [
    :folder,
    :count,
    :only,
    :max_bytes,
    :instance,
    :caller,
    :ref,
    written: 0,
    bytes: 0,
    skipped: 0,
    pending_bytes: 0,
    pending: %{}
  ]

  @header "number\tid\toperation\toutcome\tms\trequest_bytes\treply_bytes\n"

  @doc "Starts a recorder for the calling process; it sends that `{opts[:ref], summary}` at its end."
  @spec start(GenServer.server(), keyword) :: {:ok, pid} | {:error, Error.t()}
  def start(on, opts) do
    case GenServer.whereis(on) do
      nil ->
        {:error, Absence.error(on, :noproc)}

      instance ->
        start_for(instance, [instance: instance, caller: self()] ++ opts)
    end
  end

  defp start_for(instance, opts) do
    with :ok <- make_folder(opts[:folder]),
         {:ok, recorder} <- GenServer.start(__MODULE__, opts) do
      case Questions.record(instance, recorder, opts[:max_bytes]) do
        :ok -> {:ok, recorder}
        {:error, error} -> refuse(recorder, error)
      end
    end
  end

  defp refuse(recorder, error) do
    # Not by :stop, which would send a summary of nothing.
    GenServer.stop(recorder)

    case error do
      :recording ->
        {:error, Error.new(:overloaded, "this instance is being recorded already", limit: 1)}

      error ->
        {:error, error}
    end
  end

  # Images may be private, so nobody else may look into the folder.
  defp make_folder(folder) do
    with :ok <- File.mkdir_p(folder),
         {:ok, []} <- File.ls(folder),
         :ok <- File.chmod(folder, 0o700),
         :ok <- File.write(Path.join(folder, "index.tsv"), @header) do
      :ok
    else
      {:ok, _files} -> {:error, Error.new(:write_failed, "#{folder} is not empty")}
      {:error, why} -> {:error, Error.new(:write_failed, "#{folder}: #{:file.format_error(why)}")}
    end
  end

  @impl true
  def init(opts) do
    {timeout, opts} = Keyword.pop!(opts, :timeout)
    {_on, opts} = Keyword.pop(opts, :on)
    :erlang.monitor(:process, opts[:caller], tag: :caller_down)
    :erlang.monitor(:process, opts[:instance], tag: :instance_down)
    Process.send_after(self(), :timeout, timeout)
    {:ok, struct!(__MODULE__, opts)}
  end

  @impl true
  def handle_cast(:stop, state), do: finish(state, :stopped)

  @impl true
  def handle_info({:trace, kind, id, data, bytes, at}, state) do
    send(state.instance, {:recorder, self(), {:written, bytes}})

    case take(kind, id, data, bytes, at, state) do
      %{written: count, count: count} = state -> finish(state, :count)
      %{} = state -> {:noreply, state}
      {ended, state} -> finish(state, ended)
    end
  end

  def handle_info({:caller_down, _, _, _, _}, state), do: finish(state, :caller)
  def handle_info({:instance_down, _, _, _, _}, state), do: finish(state, :instance)
  def handle_info(:timeout, state), do: finish(state, :timeout)
  def handle_info(_stray, state), do: {:noreply, state}

  defp finish(state, ended) do
    summary = state |> Map.take([:written, :bytes, :skipped, :folder]) |> Map.put(:ended, ended)
    # Before this process ends, so that whoever sees its end may count on both.
    send(state.instance, {:recorder, self(), :done})
    send(state.caller, {state.ref, summary})
    {:stop, {:shutdown, summary}, state}
  end

  # -- what passes

  defp take(:request, id, frame, bytes, at, state) do
    enough? = state.only == :all and state.written + map_size(state.pending) >= state.count

    cond do
      operation(frame) not in ["make", "probe"] or enough? -> state
      state.pending_bytes + bytes > state.max_bytes -> %{state | skipped: state.skipped + 1}
      true -> put(state, id, %{frames: [frame], bytes: bytes, at: at}, bytes)
    end
  end

  defp take(:chunk, id, frame, bytes, _at, state) do
    case state.pending do
      %{^id => request} when state.pending_bytes + bytes <= state.max_bytes ->
        request = %{request | frames: [frame | request.frames], bytes: request.bytes + bytes}
        put(state, id, request, bytes)

      %{^id => _request} ->
        {_request, state} = pop(state, id)
        %{state | skipped: state.skipped + 1}

      _not_recorded ->
        state
    end
  end

  defp take(:reply, id, reply, _bytes, at, state) do
    {request, state} = pop(state, id)
    outcome = outcome(reply)

    if request && wanted?(state.only, outcome),
      do: write(state, id, request, reply, outcome, at),
      else: state
  end

  defp take(:lost, id, reason, _bytes, at, state) do
    {request, state} = pop(state, id)
    if request, do: write(state, id, request, nil, to_string(reason), at), else: state
  end

  defp put(state, id, request, bytes) do
    %{
      state
      | pending: Map.put(state.pending, id, request),
        pending_bytes: state.pending_bytes + bytes
    }
  end

  defp pop(state, id) do
    {request, pending} = Map.pop(state.pending, id)
    bytes = if request, do: request.bytes, else: 0
    {request, %{state | pending: pending, pending_bytes: state.pending_bytes - bytes}}
  end

  # The first atom of a request that this library wrote, without decoding the image behind it.
  defp operation(frame) do
    case IO.iodata_to_binary(Enum.take(List.wrap(frame), 1)) do
      <<131, 104, _arity, 119, size, name::binary-size(size), _rest::binary>> -> name
      <<131, 104, _arity, 100, size::16, name::binary-size(size), _rest::binary>> -> name
      _other -> ""
    end
  end

  defp wanted?(:all, _outcome), do: true
  defp wanted?(:errors, outcome), do: outcome != "ok"

  # A thumbnail that could not be made is an error, also where others of the request could.
  defp outcome(reply) do
    case Codec.decode(reply) do
      {:ok, {_id, {:ok, %{outputs: outputs}}}} -> Enum.find_value(outputs, "ok", &reason/1)
      {:ok, {_id, {:ok, _map}}} -> "ok"
      {:ok, {_id, {:error, error}}} -> to_string(error.reason)
      {:error, _why} -> "bad_reply"
    end
  end

  defp reason({:error, %{reason: reason}}), do: to_string(reason)
  defp reason(_made), do: nil

  # -- files

  defp write(state, id, request, reply, outcome, at) do
    frames = request.frames |> Enum.reverse() |> Enum.map(&framed/1)
    reply = if reply, do: framed(reply), else: []
    sizes = {:erlang.iolist_size(frames), :erlang.iolist_size(reply)}
    bytes = elem(sizes, 0) + elem(sizes, 1)
    number = String.pad_leading(to_string(state.written + 1), 6, "0")

    row = [
      number,
      id,
      operation(hd(Enum.reverse(request.frames))),
      outcome,
      milliseconds(request.at, at)
    ]

    with false <- state.bytes + bytes > state.max_bytes,
         :ok <- write_file(state, number <> ".request.etf", frames),
         :ok <- write_file(state, number <> ".reply.etf", reply),
         :ok <- write_row(state, row ++ Tuple.to_list(sizes)) do
      %{state | written: state.written + 1, bytes: state.bytes + bytes}
    else
      true -> {:max_bytes, state}
      {:error, _why} -> {:write_failed, state}
    end
  end

  defp framed(payload), do: [<<:erlang.iolist_size(payload)::32>>, payload]

  defp milliseconds(from, to), do: :erlang.float_to_binary((to - from) / 1000, decimals: 3)

  defp write_file(_state, _name, []), do: :ok

  defp write_file(state, name, data) do
    path = Path.join(state.folder, name)
    with :ok <- File.write(path <> ".part", data), do: File.rename(path <> ".part", path)
  end

  defp write_row(state, cells),
    do:
      File.write(Path.join(state.folder, "index.tsv"), [Enum.join(cells, "\t"), "\n"], [:append])
end
