defmodule Thumbnailer.Telemetry do
  @moduledoc """
  The events that this library sends through [`:telemetry`](https://hexdocs.pm/telemetry), when the application has it.

  Whether it has is looked at when an instance starts: `:telemetry` must be started by then. Without it nothing is
  sent, and the program does not report its workers.

  #{Thumbnailer.Telemetry.Events.docs()}

  The events of a call are those of `:telemetry.span/3`: an error that is returned is a `:stop` with `result: :error`,
  `:exception` is for what raises. They come from the process that asked, or does so for it. A call that is cancelled because its
  caller ended has no `:stop`. The events of the program and its workers come from a process that does nothing else, in the order in
  which things happened. A handler that takes long delays the next events of its instance and nothing else; when 10,000 wait,
  further ones are dropped and their number is logged.

      defmodule MyApp.ThumbnailLog do
        require Logger

        def attach, do: :telemetry.attach("thumbnails", [:thumbnailer, :make, :stop], &__MODULE__.handle/4, nil)

        def handle(_event, %{duration: duration}, %{result: :error} = metadata, _config) do
          milliseconds = System.convert_time_unit(duration, :native, :millisecond)
          Logger.warning("\#{metadata.source}: \#{metadata.error} after \#{milliseconds} ms")
        end

        def handle(_event, _measurements, _metadata, _config), do: :ok
      end
  """

  alias Thumbnailer.{Error, Telemetry, Thumbnail}
  alias Thumbnailer.Telemetry.Events

  @compile {:no_warn_undefined, [:telemetry, :"Elixir.Telemetry.Metrics"]}

  @workers %{worker_start: :start, worker_recycle: :recycle, worker_exit: :exit}

  @doc """
  The names of all events, as `:telemetry.attach_many/4` takes them.

      iex> [:thumbnailer, :make, :stop] in Thumbnailer.Telemetry.events()
      true
  """
  @doc since: "0.1.0"
  @spec events() :: [[atom, ...]]
  def events,
    do:
      for({event, _measurements, _metadata, _about} <- Events.table(), do: [:thumbnailer | event])

  @doc """
  Metrics for a reporter of the package `telemetry_metrics`, such as Phoenix LiveDashboard or a Prometheus exporter.

      metrics = Thumbnailer.Telemetry.metrics()

  In a Phoenix application they are added to `MyAppWeb.Telemetry.metrics/0`.
  """
  @doc since: "0.1.0"
  @spec metrics() :: [struct]
  def metrics do
    for {kind, name, opts} <- Telemetry.Metrics.calls(),
        do: apply(:"Elixir.Telemetry.Metrics", kind, [name, opts])
  end

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
  # The events of one call: `ask` yields the program's answer or an error, `read` what the caller gets of the answer.
  @spec span(
          Thumbnailer.Request.t(),
          GenServer.server(),
          (() -> {:ok, map} | error),
          (map -> result)
        ) ::
          result | error
        when result: {:ok, term} | error, error: {:error, Error.t()}
  def span(request, on, ask, read) do
    if on?(),
      do: measured(request.op, describe(request, on), ask, read),
      else: with({:ok, answer} <- ask.(), do: read.(answer))
  end

  defp measured(op, metadata, ask, read) do
    start = System.monotonic_time()
    emit([op, :start], %{system_time: System.system_time(), monotonic_time: start}, metadata)

    try do
      asked = ask.()
      result = with {:ok, answer} <- asked, do: read.(answer)
      {measurements, outcome} = summary(op, result)

      measurements = measurements |> Map.merge(times(asked)) |> Map.merge(since(start))
      emit([op, :stop], measurements, Map.merge(metadata, outcome))
      result
    catch
      # What the enumerable of a streamed source raises.
      kind, reason ->
        why = %{kind: kind, reason: reason, stacktrace: __STACKTRACE__}
        emit([op, :exception], since(start), Map.merge(metadata, why))
        :erlang.raise(kind, reason, __STACKTRACE__)
    end
  end

  defp since(start) do
    stop = System.monotonic_time()
    %{duration: stop - start, monotonic_time: stop}
  end

  # Another node may have other native units.
  defp times({:ok, %{times: %{queue: queue, work: work}}}),
    do: %{queue_time: native(queue), work_time: native(work)}

  defp times(_not_served), do: %{}

  defp native(microseconds), do: System.convert_time_unit(microseconds, :microsecond, :native)

  defp summary(:make, result) do
    outcomes = outcomes(result)
    thumbnails = for {:ok, thumbnail} <- outcomes, do: thumbnail
    errors = for {:error, %{reason: reason}} <- outcomes, do: reason

    {%{
       bytes: thumbnails |> Enum.map(& &1.bytes) |> Enum.sum(),
       pixels: thumbnails |> Enum.map(&(&1.width * &1.height)) |> Enum.sum(),
       made: length(thumbnails),
       failed: length(errors)
     },
     %{
       result: if(thumbnails == [], do: :error, else: :ok),
       error: List.first(errors),
       format: format(thumbnails)
     }}
  end

  defp summary(:probe, {:ok, image}), do: {%{}, %{result: :ok, error: nil, format: image.format}}

  defp summary(:probe, {:error, error}),
    do: {%{}, %{result: :error, error: error.reason, format: nil}}

  defp outcomes({:ok, outcomes}) when is_list(outcomes), do: outcomes
  defp outcomes({:ok, %Thumbnail{}} = one), do: [one]
  defp outcomes({:error, _error} = error), do: [error]

  defp format(thumbnails) do
    case thumbnails |> Enum.map(& &1.format) |> Enum.uniq() do
      [] -> nil
      [format] -> format
      _several -> :several
    end
  end

  defp describe(%{source: source} = request, on) do
    metadata = %{instance: on, source: name(source), telemetry_span_context: make_ref()}

    case request do
      %{op: :make, spec: %{outputs: outputs}} -> Map.put(metadata, :outputs, length(outputs))
      %{op: :probe} -> metadata
    end
  end

  defp name({:path, path}), do: path
  defp name({kind, _content}), do: kind

  @doc false
  @spec port_started(term, non_neg_integer, map, integer) :: :ok
  def port_started(instance, os_pid, hello, duration) do
    about = %{version: hello[:version], libvips: hello[:libvips]}
    metadata = Map.merge(about, %{instance: instance, os_pid: os_pid})
    execute([:port, :start], %{duration: duration}, metadata)
  end

  @doc false
  @spec port_exited(term, map, %{lifetime: integer, lost: non_neg_integer}) :: :ok
  def port_exited(instance, %{error: error} = metadata, measurements) do
    why = Map.take(error.details, [:signal, :exit_status])
    said = %{instance: instance, error: error.reason, message: error.message}
    execute([:port, :exit], measurements, metadata |> Map.merge(said) |> Map.merge(why))
  end

  @doc false
  # What became of a request of Thumbnailer.Plug.
  @spec plug(:hit | :not_modified | :made | :refused, integer, map) :: :ok
  def plug(outcome, start, about) do
    {bytes, metadata} = Map.split(about, [:bytes])
    measurements = Map.put(bytes, :duration, System.monotonic_time() - start)
    execute([:plug, outcome], measurements, metadata)
  end

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
