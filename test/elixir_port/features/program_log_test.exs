defmodule Thumbnailer.Features.ProgramLogTest do
  # What the program and its workers would write to stderr is in the log of the BEAM.
  use ExUnit.Case, async: true

  import ExUnit.CaptureLog
  import Thumbnailer.Fixtures

  alias Thumbnailer.Error

  defp log_of(name, action) do
    capture_log([metadata: [:os_pid, :thumbnailer]], fn ->
      action.()
      eventually("it was not told", fn -> :sys.get_state(name).reporter.running == nil end)
    end)
  end

  test "why the program does not start is there with its instance", %{test: name} do
    log =
      log_of(name, fn ->
        start_instance(name, roots: ["/does/not/exist"], shutdown: 50)
        assert {:error, %Error{reason: :unavailable}} = Thumbnailer.ping(name)
      end)

    assert log =~ ~r/\[warning\] thumbnailer #{Regex.escape(inspect(name))}: .*does\/not\/exist/
    assert log =~ "os_pid="
  end

  test "lines before and after the hello keep their level and the process that wrote them", %{
    test: name
  } do
    log = log_of(name, fn -> start_fake_up(name, "says_log_lines") end)
    assert log =~ ~r/os_pid=7.*\[warning\] thumbnailer .*: before the hello/
    assert log =~ ~r/os_pid=7.*\[info\] thumbnailer .*: after the hello/
  end

  test "a line that is too long is no answer of a program that can be trusted", %{test: name} do
    log_of(name, fn ->
      start_fake_up(name, "says_log_lines")
      assert {:error, %Error{reason: :bad_reply}} = Thumbnailer.make({:bytes, "x"}, 1, on: name)
    end)
  end

  @tag :faulty
  test "the last words of a worker are there", %{test: name} do
    log =
      log_of(name, fn ->
        on = start_instance(name, executable: faulty(), workers: 1)
        fault = {:bytes, "fault:complain"}
        assert {:error, %Error{reason: :crashed}} = Thumbnailer.make(fault, 50, on: on)
      end)

    assert log =~ ~r/\[info\] thumbnailer .*: the last words/
  end
end
