defmodule Thumbnailer.Port.ExitReport do
  @moduledoc false
  # What is told of the end of a program: to its requests, to the log and to telemetry.

  alias Thumbnailer.{Error, Telemetry}
  alias Thumbnailer.OS.ExitStatus

  require Logger

  @enforce_keys [:error, :lost, :restart_in]
  defstruct [:os_pid, :error, :lost, :lifetime, :restart_in, log?: true]

  @type t :: %__MODULE__{
          # nil when it could not even be started
          os_pid: non_neg_integer | nil,
          error: Error.t(),
          # requests that it held
          lost: non_neg_integer,
          # microseconds
          lifetime: non_neg_integer | nil,
          restart_in: pos_integer,
          log?: boolean
        }

  @doc "Why the program ended, as its requests are told, and whether another try is in vain."
  @spec cause(map, term) :: {Error.t(), permanent? :: boolean}
  def cause(%{kill_reason: nil, os_pid: os_pid} = life, status) do
    phase = if life.hello == nil, do: " before its hello", else: ""
    message = "the port program (os pid #{os_pid}) ended#{phase}: #{ExitStatus.describe(status)}"

    {Error.new(:port_exited, message, ExitStatus.details(status)), ExitStatus.permanent?(status)}
  end

  def cause(%{kill_reason: {reason, why, permanent?}, os_pid: os_pid}, _killed),
    do: {Error.new(reason, "the port program (os pid #{os_pid}) was killed: #{why}"), permanent?}

  @doc "The report of the end of a program."
  @spec new(map, Error.t(), non_neg_integer, pos_integer, integer) :: t
  # One line in the log for each end; but a program that never gets as far as its hello is tried again and again, and
  # spoken of once.
  def new(life, error, lost, restart_in, now) do
    %__MODULE__{
      os_pid: life.os_pid,
      error: error,
      lost: lost,
      lifetime: life.session && now - life.started_at,
      restart_in: restart_in,
      log?: life.hello != nil or not life.failure_logged
    }
  end

  @doc "Says that the program of the instance ended, why, and when the next one starts."
  @spec publish(t, GenServer.server()) :: :ok
  def publish(report, instance) do
    if report.os_pid, do: observe(report, instance)
    if report.log?, do: log(report, instance), else: :ok
  end

  defp observe(report, instance) do
    lifetime = System.convert_time_unit(report.lifetime, :microsecond, :native)
    metadata = Map.take(report, [:os_pid, :error, :restart_in])
    Telemetry.port_exited(instance, metadata, %{lifetime: lifetime, lost: report.lost})
  end

  defp log(%{error: error} = report, instance) do
    Logger.error(
      "thumbnailer #{inspect(instance)}: #{error.message}; " <>
        "#{report.lost} requests were lost, the next start is in #{report.restart_in} ms",
      [domain: [:thumbnailer], thumbnailer: instance, os_pid: report.os_pid, reason: error.reason] ++
        Map.to_list(error.details)
    )
  end
end
