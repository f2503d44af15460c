defmodule Thumbnailer.Features.ProgramLogTest do
  # What the program and its workers would write to stderr is in the log of the BEAM.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures
  import Thumbnailer.Logged

  alias Thumbnailer.Error

  setup context do
    forward_log(context)
  end

  test "why the program does not start is there with its instance", %{test: name} do
    start_instance(name, roots: ["/does/not/exist"], shutdown: 50)
    assert {:error, %Error{reason: :unavailable}} = Thumbnailer.ping(name)
    assert %{os_pid: os_pid} = assert_logged(name, :warning, "does/not/exist")
    assert is_integer(os_pid)
  end

  test "lines before and after the hello keep their level and the process that wrote them", %{
    test: name
  } do
    start_fake_up(name, "says_log_lines")
    assert %{os_pid: 7} = assert_logged(name, :warning, "before the hello")
    assert %{os_pid: 7} = assert_logged(name, :info, "after the hello")
  end

  test "a line that is too long is no answer of a program that can be trusted", %{test: name} do
    start_fake_up(name, "says_log_lines")
    assert {:error, %Error{reason: :bad_reply}} = Thumbnailer.make({:bytes, "x"}, 1, on: name)
  end

  @tag :faulty
  test "the last words of a worker are there", %{test: name} do
    on = start_instance(name, executable: faulty(), workers: 1)
    fault = {:bytes, "fault:complain"}
    assert {:error, %Error{reason: :crashed}} = Thumbnailer.make(fault, 50, on: on)
    assert_logged(name, :info, "the last words")
  end
end
