defmodule Thumbnailer.Telemetry.ProgramTest do
  # What is told of programs and their workers.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures
  import Thumbnailer.Logged, only: [assert_logged: 3, forward_log: 1]
  import Thumbnailer.TelemetryStandIn

  setup do
    listen()
  end

  defp make(name, opts \\ []), do: Thumbnailer.make({:bytes, "image"}, 100, [on: name] ++ opts)

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
    assert %{instance: ^name, os_pid: ^os_pid, restart_in: _, error: :port_exited} = metadata
    assert metadata.signal == :kill
    assert metadata.message =~ "SIGKILL" or metadata.message =~ "kill"
    assert lifetime > 0
    Task.await(caller)
    assert_of_the_table()
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
    assert_of_the_table()
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

  test "what is logged has the instance, the process and the reason as metadata",
       %{test: name} = context do
    forward_log(context)
    start_fake(name, "echo")
    os_pid = os_pid(name)
    signal(os_pid, :KILL)

    assert %{
             domain: [:elixir, :thumbnailer],
             os_pid: ^os_pid,
             reason: :port_exited,
             signal: :kill,
             thumbnailer: ^name
           } = assert_logged(name, :error, "ended: ")
  end
end
