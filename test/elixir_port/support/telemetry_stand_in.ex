defmodule Thumbnailer.TelemetryStandIn do
  @moduledoc false
  # A module that takes telemetry's place, there and gone: what it is told, it tells the test.

  import ExUnit.Assertions

  alias Thumbnailer.Telemetry
  alias Thumbnailer.Telemetry.Events

  @application {:application, :telemetry,
                [vsn: ~c"0", modules: [], registered: [], applications: [:kernel, :stdlib]]}

  @doc "Has the calling test told; at its end telemetry is gone."
  def listen do
    Process.register(self(), :telemetry_test)
    ExUnit.Callbacks.on_exit(&remove/0)
    :ok
  end

  def install do
    Code.compiler_options(ignore_module_conflict: true)

    Code.eval_string("""
    defmodule :telemetry do
      def execute([:thumbnailer | event], measurements, metadata) do
        Thumbnailer.TelemetryStandIn.check!(event, measurements, metadata)
        if pid = Process.whereis(:telemetry_test), do: send(pid, {event, measurements, metadata, self()})
        :ok
      end
    end
    """)

    :ok = :application.load(@application)
    :ok = Application.start(:telemetry)
  end

  # What may be missing: the times of what was not served, and what is not known of an end or a refusal.
  @optional ~w(queue_time work_time signal exit_status restart_in size source)a

  @doc false
  # Every event that any test here provokes is a row of the table, to the key.
  def check!(event, measurements, metadata) do
    {_event, measured, about, _text} = List.keyfind!(Events.table(), event, 0)
    allowed = measured ++ about
    given = Map.keys(measurements) ++ Map.keys(metadata)
    wrong = {given -- allowed, (allowed -- given) -- @optional}

    if wrong != {[], []} and Process.whereis(:telemetry_test),
      do: send(:telemetry_test, {:not_of_the_table, event, wrong})
  end

  def assert_of_the_table, do: refute_received({:not_of_the_table, _event, _wrong})

  defp remove do
    Application.stop(:telemetry)
    Application.unload(:telemetry)
    :code.purge(:telemetry)
    :code.delete(:telemetry)
    Telemetry.detect()
  end
end
