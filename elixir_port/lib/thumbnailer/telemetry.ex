defmodule Thumbnailer.Telemetry do
  @moduledoc """
  The events that this library sends through [`:telemetry`](https://github.com/beam-telemetry/telemetry), when the application has it.

  Whether it has is looked at when an instance starts: `:telemetry` must be started by then. Without it nothing is
  sent, and the program does not report its workers.

  | event | measurements | metadata |
  |---|---|---|
  | `[:thumbnailer, :make, :start]` | `:system_time`, `:monotonic_time` | `:instance`, `:source` (a path, `:bytes` or `:stream`), `:outputs` (how many) |
  | `[:thumbnailer, :make, :stop]` | `:duration`, `:monotonic_time` | the same |
  | `[:thumbnailer, :make, :exception]` | `:duration`, `:monotonic_time` | the same, and `:kind` (`:error`), `:reason` (the `Thumbnailer.Error`), `:stacktrace` |
  | `[:thumbnailer, :port, :start]` | `:duration` until its hello | `:instance`, `:os_pid`, `:version`, `:libvips` |
  | `[:thumbnailer, :port, :exit]` | `:lifetime`, `:lost` (requests) | `:instance`, `:os_pid`, `:error` (a `Thumbnailer.Error`), `:restart_in` (ms) |
  | `[:thumbnailer, :worker, :start]` | `:made` (0) | `:instance`, `:os_pid` |
  | `[:thumbnailer, :worker, :recycle]` | `:made` (images) | `:instance`, `:os_pid`, `:reason`: the limit that it reached, `:max_images_per_worker` or `:max_memory`, or `:failed_job` |
  | `[:thumbnailer, :step, :disabled]` | `:kills` (workers that it ended one after the other) | `:instance`, `:step` (its name), `:hash` |
  | `[:thumbnailer, :worker, :exit]` | `:made` (images) | `:instance`, `:os_pid`, and `:signal` or `:exit_status` |

  Durations are in native units, as is the custom. The events of `:make` come from the process that asked, and carry a
  `:telemetry_span_context` that is the same for all events of one call; the others come from a process that
  does nothing else, in the order in which things happened. A handler that takes long delays the next events of its instance
  and nothing else; when 10,000 wait, further ones are dropped and their number is logged.

      require Logger

      :telemetry.attach("log", [:thumbnailer, :make, :exception], fn _event, %{duration: duration}, metadata, _ ->
        Logger.warning("\#{metadata.source}: \#{Exception.message(metadata.reason)} after \#{duration}")
      end, nil)
  """

  alias Thumbnailer.Error

  @compile {:no_warn_undefined, :telemetry}

  @workers %{worker_start: :start, worker_recycle: :recycle, worker_exit: :exit}

  @doc false
  # Loaded is not enough: without its application every event would be a warning.
  @spec detect() :: boolean
  def detect do
    on? =
      Code.ensure_loaded?(:telemetry) and
        List.keymember?(Application.started_applications(), :telemetry, 0)

    # Writing it is expensive, reading it costs nothing.
    if on? != on?(), do: :persistent_term.put(__MODULE__, on?)
    on?
  end

  @doc false
  @spec on?() :: boolean
  def on?, do: :persistent_term.get(__MODULE__, false)

  @doc false
  # The events of one call around `call`, which yields {:ok, _} or {:error, error}.
  @spec span(Thumbnailer.Request.t(), GenServer.server(), (() -> result)) :: result
        when result: {:ok, term} | {:error, Error.t()}
  def span(%{op: :make} = request, on, call) do
    if on?(),
      do: measured(call, describe(request, on), System.monotonic_time()),
      else: call.()
  end

  def span(_request, _on, call), do: call.()

  defp measured(call, metadata, start) do
    emit([:make, :start], %{system_time: System.system_time(), monotonic_time: start}, metadata)
    result = call.()

    case result do
      {:ok, _answer} -> emit([:make, :stop], since(start), metadata)
      {:error, error} -> exception(start, metadata, {:error, error, []})
    end

    result
  catch
    # What the enumerable of a streamed source raises.
    kind, reason ->
      exception(start, metadata, {kind, reason, __STACKTRACE__})
      :erlang.raise(kind, reason, __STACKTRACE__)
  end

  defp exception(start, metadata, {kind, reason, stacktrace}) do
    why = %{kind: kind, reason: reason, stacktrace: stacktrace}
    emit([:make, :exception], since(start), Map.merge(metadata, why))
  end

  defp since(start) do
    stop = System.monotonic_time()
    %{duration: stop - start, monotonic_time: stop}
  end

  defp describe(%{source: source, spec: %{outputs: outputs}}, on) do
    %{
      instance: on,
      source: name(source),
      outputs: length(outputs),
      telemetry_span_context: make_ref()
    }
  end

  defp name({:path, path}), do: path
  defp name({kind, _content}), do: kind

  @doc false
  @spec port_started(term, non_neg_integer, map, integer) :: :ok
  def port_started(instance, os_pid, hello, duration) do
    about = Map.take(hello, [:version, :libvips])
    metadata = Map.merge(about, %{instance: instance, os_pid: os_pid})
    execute([:port, :start], %{duration: duration}, metadata)
  end

  @doc false
  @spec port_exited(term, map, %{lifetime: integer, lost: non_neg_integer}) :: :ok
  def port_exited(instance, metadata, measurements),
    do: execute([:port, :exit], measurements, Map.put(metadata, :instance, instance))

  @doc false
  # What the program says of a worker.
  @spec worker(term, atom, map) :: :ok
  def worker(instance, name, map) do
    {measurements, metadata} = Map.split(map, [:made])
    execute([:worker, @workers[name]], measurements, Map.put(metadata, :instance, instance))
  end

  @doc false
  @spec step_disabled(term, map) :: :ok
  def step_disabled(instance, %{name: name, hash: hash, kills: kills}),
    do:
      execute([:step, :disabled], %{kills: kills}, %{instance: instance, step: name, hash: hash})

  @doc false
  @spec worker_event?(atom) :: boolean
  def worker_event?(name), do: is_map_key(@workers, name)

  defp execute(event, measurements, metadata),
    do: if(on?(), do: emit(event, measurements, metadata), else: :ok)

  defp emit(event, measurements, metadata),
    do: :telemetry.execute([:thumbnailer | event], measurements, metadata)
end
