defmodule Thumbnailer.OS.ProcessTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.OS

  setup do
    # A write that a killed program did not take ends the port with :epipe.
    Process.flag(:trap_exit, true)
    :ok
  end

  defp start(program) do
    {:ok, port, os_pid} = OS.Process.start(fake(program), [])
    on_exit(fn -> clear_away(os_pid) end)
    # Its hello, so that it has come as far as its misbehaviour.
    assert_receive {^port, {:data, <<_length::32, 131, _::binary>>}}, 5_000
    {port, os_pid}
  end

  test "a program that cannot be started is an error that names it" do
    assert {:error, message} = OS.Process.start("/nowhere/thumbnailer", [])
    assert message == "/nowhere/thumbnailer cannot be started: :enoent"
    assert {:error, message} = OS.Process.start(fake("fake.py"), [])
    assert message =~ "cannot be started: :eacces"
  end

  test "writing never waits for a program that does not read" do
    {port, _os_pid} = start("never_reads")
    frame = :binary.copy("x", 4_000_000)
    writer = Task.async(fn -> for _ <- 1..5, do: OS.Process.write(port, frame) end)
    assert {:ok, _} = Task.yield(writer, 5_000)
    assert {:queue_size, waiting} = Port.info(port, :queue_size)
    assert waiting > 10_000_000

    # Else the port would keep the test run from ending until the program has read it all.
    OS.Process.kill(port)
    assert_receive {:EXIT, ^port, _reason}, 5_000
  end

  test "writing to a closed port is no error" do
    {port, _os_pid} = start("echo")
    :ok = OS.Process.close(port)
    assert OS.Process.write(port, "after the end") == :ok
    assert OS.Process.close(port) == :ok
  end

  test "a killed program ends with the status of the signal" do
    {port, os_pid} = start("ignores_eof")
    OS.Process.kill(port)
    assert_receive {^port, {:exit_status, 137}}, 5_000
    assert_os_pid_exited(os_pid)
  end

  test "a program that outlives the end of its input is killed" do
    {port, os_pid} = start("ignores_eof")
    :ok = OS.Process.close(port)
    :ok = OS.Process.await_end(os_pid)
    assert_os_pid_exited(os_pid)
  end

  test "a program that ends by itself is not waited for any longer" do
    {port, os_pid} = start("echo")
    :ok = OS.Process.close(port)
    :ok = OS.Process.await_end(os_pid)
    refute os_pid_running?(os_pid)
  end
end
