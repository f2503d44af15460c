defmodule Thumbnailer.Port.ExitReport do
  @moduledoc false
  # What is told of the end of a program: to its requests, to the log and to telemetry.

  alias Thumbnailer.{Error, Telemetry}
  alias Thumbnailer.OS.ExitStatus
  alias Thumbnailer.Port.Lifecycle

  require Logger

  # A program that lived this many milliseconds had started well: its end is not part of a row of failures.
  @stable_after 1_000

  @doc "Why the program ended, as its requests are told, and whether another try is in vain."
  @spec cause(Lifecycle.t(), term) :: {Error.t(), permanent? :: boolean}
  def cause(%{kill_reason: nil, os_pid: os_pid} = state, status) do
    phase = if state.state == :starting, do: " before its hello", else: ""
    message = "the port program (os pid #{os_pid}) ended#{phase}: #{ExitStatus.describe(status)}"

    {Error.new(:port_exited, message, ExitStatus.details(status)), ExitStatus.permanent?(status)}
  end

  def cause(%{kill_reason: {reason, why, permanent?}, os_pid: os_pid}, _killed),
    do: {Error.new(reason, "the port program (os pid #{os_pid}) was killed: #{why}"), permanent?}

  @doc "Says that the program ended, why, and when the next one starts."
  @spec publish(Lifecycle.t(), Error.t(), non_neg_integer) :: Lifecycle.t()
  def publish(state, error, delay) do
    emit_telemetry(state, error, delay)
    log(state, error, delay)
  end

  # A program that could not even be started has no end.
  defp emit_telemetry(%{session: nil}, _error, _delay), do: :ok

  defp emit_telemetry(%{server: server, os_pid: os_pid} = state, error, delay) do
    measurements = %{lifetime: lifetime(state), lost: MapSet.size(state.in_flight)}
    metadata = %{os_pid: os_pid, error: error, restart_in: delay}
    Telemetry.port_exited(server, metadata, measurements)
  end

  # One line for each death; but a program that never gets as far as its hello is tried again and again, and
  # spoken of once.
  defp log(%{state: state, failure_logged: true} = port, _error, _delay) when state != :up,
    do: port

  defp log(port, error, delay) do
    Logger.error(
      "thumbnailer #{inspect(port.server)}: #{error.message}; " <>
        "#{MapSet.size(port.in_flight)} requests were lost, the next start is in #{delay} ms",
      [os_pid: port.os_pid, reason: error.reason] ++ Map.to_list(error.details)
    )

    %{port | failure_logged: port.state != :up}
  end

  @doc "Whether it had started well: its end is then not part of a row of failures."
  @spec stable?(Lifecycle.t()) :: boolean
  def stable?(%{state: :up} = state),
    do: System.convert_time_unit(lifetime(state), :native, :millisecond) >= @stable_after

  def stable?(_state), do: false

  @doc "How long the program has lived, in native units, as telemetry has them."
  @spec lifetime(Lifecycle.t()) :: integer
  def lifetime(%{started_at: started_at}), do: System.monotonic_time() - started_at
end
