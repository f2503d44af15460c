defmodule Thumbnailer.TelemetryTest do
  # With a module that takes telemetry's place, there and gone: what it is told, it tells the test.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Telemetry}

  @application {:application, :telemetry,
                [vsn: '0', modules: [], registered: [], applications: [:kernel, :stdlib]]}

  setup do
    Process.register(self(), :telemetry_test)
    on_exit(&remove/0)
    :ok
  end

  defp install do
    Code.compiler_options(ignore_module_conflict: true)

    Code.eval_string("""
    defmodule :telemetry do
      def execute([:thumbnailer | event], measurements, metadata) do
        if pid = Process.whereis(:telemetry_test), do: send(pid, {event, measurements, metadata, self()})
        :ok
      end
    end
    """)

    :ok = :application.load(@application)
    :ok = Application.start(:telemetry)
  end

  defp remove do
    Application.stop(:telemetry)
    Application.unload(:telemetry)
    :code.purge(:telemetry)
    :code.delete(:telemetry)
    Telemetry.detect()
  end

  defp make(name, opts \\ []), do: Thumbnailer.make({:bytes, "image"}, 100, [on: name] ++ opts)

  test "without :telemetry nothing is sent, and the program is not asked for events", %{
    test: name
  } do
    start_fake(name, "shows_arguments")
    {:ok, %{version: flags}} = Thumbnailer.info(name)
    refute flags =~ "--events"
    refute Telemetry.on?()
    make(name, timeout: 100)
    refute_received {_event, _measurements, _metadata, _pid}
  end

  test "a module without its application is not enough" do
    install()
    Application.stop(:telemetry)
    refute Telemetry.detect()
    Application.start(:telemetry)
    assert Telemetry.detect()
  end

  test "a call that is served starts and stops, in its own process", %{test: name} do
    install()
    start_fake(name, "echo")
    assert {:ok, _} = make(name)
    me = self()
    assert_received {[:make, :start], %{system_time: _, monotonic_time: _}, start, ^me}
    assert_received {[:make, :stop], %{duration: duration, monotonic_time: _}, stop, ^me}
    assert %{instance: ^name, source: :bytes, outputs: 1, telemetry_span_context: context} = start
    assert %{instance: ^name, telemetry_span_context: ^context} = stop
    assert duration > 0
    refute_received {[:make, _], _, _, _}
  end

  test "a call that fails starts and has an exception with the error", %{test: name} do
    install()
    start_fake(name, "exits_on_request")
    assert {:error, error} = Thumbnailer.make_all("/a.jpg", [1, 2], on: name)
    assert_received {[:make, :start], _, %{source: "/a.jpg", outputs: 2}, _}
    assert_received {[:make, :exception], %{duration: _}, metadata, _}
    assert %{kind: :error, reason: ^error, stacktrace: [], source: "/a.jpg"} = metadata
  end

  test "async/3 and stream/3 are calls like any other", %{test: name} do
    install()
    start_fake(name, "echo")
    ref = Thumbnailer.async({:bytes, "x"}, 1, on: name)
    assert_receive {^ref, {:ok, _}}, 5_000
    assert_receive {[:make, :stop], _, _, _}
    [{:bytes, "x"}] |> Thumbnailer.stream(1, on: name) |> Stream.run()
    assert_receive {[:make, :stop], _, _, _}
  end

  test "the program's start and end are told, with what was lost", %{test: name} do
    install()
    start_fake(name, "never_answers", timeout: 60_000)
    os_pid = os_pid(name)

    assert_receive {[:port, :start], %{duration: _}, %{instance: ^name, os_pid: ^os_pid} = start,
                    _}

    assert start.version == "0.0.0"
    caller = Task.async(fn -> make(name) end)
    eventually("it was not sent", fn -> :sys.get_state(name).queue.sent == 1 end)
    signal(os_pid, :KILL)
    assert_receive {[:port, :exit], %{lifetime: lifetime, lost: 1}, metadata, _}, 5_000
    assert %{instance: ^name, os_pid: ^os_pid, restart_in: _, error: %Error{}} = metadata
    assert metadata.error.details.signal == :kill
    assert lifetime > 0
    Task.await(caller)
  end

  @tag :real
  test "workers start, are recycled and end", %{test: name} do
    install()
    start_instance(name, workers: 1, max_images_per_worker: 1)

    assert_receive {[:worker, :start], %{made: 0}, %{instance: ^name, os_pid: worker}, _}, 5_000
    assert {:ok, _} = Thumbnailer.make(sample("photo.jpg"), 20, on: name)

    assert_receive {[:worker, :recycle], %{made: 1},
                    %{os_pid: ^worker, reason: :max_images_per_worker}, _},
                   5_000

    assert_receive {[:worker, :exit], %{made: 1}, %{os_pid: ^worker, exit_status: 0}, _}, 5_000

    assert_receive {[:worker, :start], _, %{os_pid: next}, _}, 5_000
    signal(next, :SEGV)
    assert_receive {[:worker, :exit], %{made: 0}, %{os_pid: ^next, signal: :segv}, _}, 5_000
  end

  test "a handler that never returns stalls neither the instance nor its callers", %{test: name} do
    install()

    Code.eval_string("""
    defmodule :telemetry do
      def execute([:thumbnailer, :port | _], _measurements, _metadata), do: Process.sleep(:infinity)
      def execute(_event, _measurements, _metadata), do: :ok
    end
    """)

    start_fake(name, "echo")
    os_pid = os_pid(name)
    assert {:ok, _} = make(name)
    signal(os_pid, :KILL)
    eventually("it was not started again", fn -> match?({:ok, _}, make(name)) end)
    assert os_pid(name) != os_pid
    # What could not be told is kept, up to a limit.
    assert %{running: monitor, count: 2} = :sys.get_state(name).reporter
    assert is_reference(monitor)
  end

  test "what is logged has the instance, the process and the reason as metadata", %{test: name} do
    start_fake(name, "echo")
    os_pid = os_pid(name)

    log =
      ExUnit.CaptureLog.capture_log([metadata: [:thumbnailer, :os_pid, :reason, :signal]], fn ->
        signal(os_pid, :KILL)
        # Asking the program itself would be a write to a closed pipe, and its end another.
        eventually("it is up still", fn -> :sys.get_state(name).restarts == 1 end)
      end)

    assert log =~ "os_pid=#{os_pid}"
    assert log =~ "reason=port_exited"
    assert log =~ "signal=kill"
    assert log =~ "thumbnailer=#{name}"
  end
end
