defmodule Thumbnailer.Instance.Reporter do
  @moduledoc false
  # Tells the log and telemetry what becomes of a program. Their handlers are other people's code and may take any time, so
  # each batch of reports is told in a process of its own, one after the other; meanwhile the next batch is kept, up to a
  # limit. Nothing of this can stall the instance. Pure data, but for `tell/2`.

  alias Thumbnailer.Port.ExitReport
  alias Thumbnailer.Telemetry

  require Logger

  @max 10_000

  defstruct running: nil, kept: [], count: 0, dropped: 0

  @type report ::
          {:started, os_pid :: pos_integer, hello :: map, microseconds :: integer}
          | {:event, atom, map}
          | {:exited, ExitReport.t()}
          | {:dropped, pos_integer}

  @type t :: %__MODULE__{
          # the monitor of the process that tells a batch
          running: reference | nil,
          # the last first
          kept: [report],
          count: non_neg_integer,
          dropped: non_neg_integer
        }

  @doc "Keeps a report, or counts it when there are too many."
  @spec add(t, report) :: t
  def add(%{count: @max} = reporter, _report), do: %{reporter | dropped: reporter.dropped + 1}

  def add(reporter, report),
    do: %{reporter | kept: [report | reporter.kept], count: reporter.count + 1}

  @doc "The next batch, when there is one and the last has been told."
  @spec next(t) :: {[report], t} | :none
  def next(%{running: nil, kept: [_ | _] = kept} = reporter) do
    dropped = if reporter.dropped > 0, do: [{:dropped, reporter.dropped}], else: []
    {Enum.reverse(kept, dropped), %{reporter | kept: [], count: 0, dropped: 0}}
  end

  def next(_reporter), do: :none

  @doc "The process behind `monitor` tells a batch."
  @spec running(t, reference) :: t
  def running(reporter, monitor), do: %{reporter | running: monitor}

  @doc "It has ended."
  @spec done(t) :: t
  def done(reporter), do: %{reporter | running: nil}

  @doc "Tells a batch, in the calling process."
  @spec tell([report], GenServer.server()) :: :ok
  def tell(reports, instance), do: Enum.each(reports, &publish(&1, instance))

  defp publish({:started, os_pid, hello, took}, instance) do
    duration = System.convert_time_unit(took, :microsecond, :native)
    Telemetry.port_started(instance, os_pid, hello, duration)
  end

  defp publish({:step_refused, error}, instance) do
    Logger.error(
      "the port program does not take a step that it has taken before: #{error.message}",
      domain: [:thumbnailer],
      thumbnailer: instance
    )
  end

  # The program sends at most forty lines in a second, and the codec refuses long ones.
  defp publish({:event, :log, %{level: level, os_pid: os_pid, message: message}}, instance) do
    Logger.log(level, "thumbnailer #{inspect(instance)}: #{message}",
      domain: [:thumbnailer],
      thumbnailer: instance,
      os_pid: os_pid
    )
  end

  defp publish({:event, :step_disabled, step}, instance) do
    Logger.error(
      "step #{step.name} is switched off: it has ended #{step.kills} workers one after the other; " <>
        "Thumbnailer.Steps.add/3 switches it on again",
      domain: [:thumbnailer],
      thumbnailer: instance
    )

    Telemetry.step_disabled(instance, step)
  end

  defp publish({:event, name, map}, instance), do: Telemetry.worker(instance, name, map)
  defp publish({:exited, report}, instance), do: ExitReport.publish(report, instance)

  defp publish({:dropped, count}, instance) do
    Logger.warning(
      "thumbnailer #{inspect(instance)}: #{count} events were not told, for a handler of telemetry or the log took too long",
      domain: [:thumbnailer],
      thumbnailer: instance
    )
  end
end
