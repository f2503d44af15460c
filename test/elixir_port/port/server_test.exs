defmodule Thumbnailer.Port.ServerTest do
  # The port process by itself; the test takes the server's place.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Request}
  alias Thumbnailer.Port.Server

  @request elem(Request.make!({:bytes, "image"}, [100], []), 0)

  defp start(program, opts \\ []) do
    opts =
      [server: self(), executable: program, max_reply_bytes: 1_000_000, start_timeout: 5_000] ++
        opts

    pid = start_supervised!({Server, opts})
    assert_receive {:port, ^pid, :attached}
    pid
  end

  defp start_up(program, opts \\ []) do
    pid = start(fake(program), opts)
    assert_receive {:port, ^pid, {:up, session, os_pid, hello}}, 5_000
    {pid, session, os_pid, hello}
  end

  test "a program that says hello is up" do
    {_pid, session, os_pid, hello} = start_up("echo")
    assert is_port(session)
    assert hello.os_pid == os_pid
    assert os_pid_running?(os_pid)
  end

  test "an answer is passed on with its session and id" do
    {pid, session, _os_pid, _hello} = start_up("echo")
    :ok = Server.send_request(pid, session, 300, @request, 1_000)
    assert_receive {:port, ^pid, {:reply, ^session, 300, {:ok, %{outputs: [ok: _]}}}}, 5_000
  end

  test "a request for another session of the program is not written" do
    {pid, session, _os_pid, _hello} = start_up("echo")
    :ok = Server.send_request(pid, hd(Elixir.Port.list()), 1, @request, 1_000)
    :ok = Server.send_request(pid, session, 2, @request, 1_000)
    assert_receive {:port, ^pid, {:reply, _session, id, _outcome}}, 5_000
    assert id == 2
  end

  test "a chunk for a request that is not in flight, or of another session, is gone" do
    {pid, session, _os_pid, _hello} = start_up("echo")
    assert Server.chunk(pid, session, 1, "bytes") == :gone
    assert Server.chunk(pid, hd(Elixir.Port.list()), 1, "bytes") == :gone
    stop_supervised!(Server)
    assert Server.chunk(pid, session, 1, "bytes") == :gone
  end

  test "a chunk waits until the program has taken it, or has ended" do
    {pid, session, os_pid, _hello} = start_up("never_answers")
    {streamed, _on} = Request.make!(["image"], [100], [])
    :ok = Server.send_request(pid, session, 1, %{streamed | source: :stream}, 1_000)
    feeder = Task.async(fn -> Server.chunk(pid, session, 1, "bytes") end)
    assert Task.yield(feeder, 100) == nil
    signal(os_pid, :KILL)
    assert Task.await(feeder) == :gone
  end

  test "a request that is larger than the program takes is refused here, and the program goes on" do
    {pid, session, os_pid, _hello} = start_up("small_frames")
    {large, _on} = Request.make!({:bytes, :binary.copy("x", 5_000)}, [100], [])
    :ok = Server.send_request(pid, session, 1, large, 1_000)
    assert_receive {:port, ^pid, {:reply, _, 1, {:error, %Error{reason: :too_large} = error}}}
    assert error.details == %{limit: 4096}
    :ok = Server.send_request(pid, session, 2, @request, 1_000)
    assert_receive {:port, ^pid, {:reply, _, 2, {:ok, _}}}, 5_000
    assert os_pid_running?(os_pid)
  end

  test "a program that ends takes with it what it holds, and the next one starts" do
    {pid, session, os_pid, _hello} = start_up("exits_on_request")
    :ok = Server.send_request(pid, session, 1, @request, 1_000)
    :ok = Server.send_request(pid, session, 2, @request, 1_000)
    assert_receive {:port, ^pid, {:down, error, in_flight, false}}, 5_000
    assert error.reason == :port_exited
    assert error.message == "the port program (os pid #{os_pid}) ended: exit status 9"
    assert error.details == %{exit_status: 9}
    assert 1 in in_flight
    assert_receive {:port, ^pid, {:up, next, _os_pid, _hello}}, 5_000
    refute next == session
  end

  test "a request that comes while the program is down is not in flight" do
    {pid, session, os_pid, _hello} = start_up("echo")
    signal(os_pid, :KILL)

    assert_receive {:port, ^pid, {:down, %Error{details: %{signal: :kill}}, in_flight, false}},
                   5_000

    assert MapSet.size(in_flight) == 0
    :ok = Server.send_request(pid, session, 1, @request, 1_000)
    assert_receive {:port, ^pid, {:up, _, _, _}}, 5_000
    refute_received {:port, ^pid, {:reply, _, 1, _}}
  end

  for {program, why} <- [
        {"says_garbage", ~s(it sent bytes that are no term: "garbage")},
        {"says_too_much", "over the 1000000 that an answer may have"},
        {"compresses", "it sent a compressed term"},
        {"invents_atoms", "it sent bytes that are no term"},
        {"hello_again", "it sent a term that is no answer: {:hello,"}
      ] do
    test "a program like #{program} is killed, and what it holds ends as a bad reply" do
      {pid, session, os_pid, _hello} = start_up(unquote(program))
      :ok = Server.send_request(pid, session, 1, @request, 1_000)
      assert_receive {:port, ^pid, {:down, error, in_flight, false}}, 5_000
      assert %Error{reason: :bad_reply} = error
      assert error.message =~ unquote(why)
      assert MapSet.to_list(in_flight) == [1]
      assert_os_pid_exited(os_pid)
    end
  end

  test "a program that answers before its hello is killed" do
    pid = start(fake("answers_before_hello"))

    assert_receive {:port, ^pid, {:down, %Error{reason: :bad_reply} = error, _in_flight, true}},
                   5_000

    assert error.message =~ "it sent a term that is no hello: {:ok, 1"
  end

  test "a program that says no hello in time is killed" do
    pid = start(fake("never_hello"), start_timeout: 50)
    assert_receive {:port, ^pid, {:down, error, _in_flight, false}}, 5_000
    assert error.message =~ "it did not say hello within 50 ms"
  end

  test "a program that closes its input is ended" do
    {pid, session, os_pid, _hello} = start_up("closes_input")
    :ok = Server.send_request(pid, session, 1, @request, 1_000)

    assert_receive {:port, ^pid,
                    {:down, %Error{reason: :port_exited} = error, _in_flight, false}},
                   5_000

    assert error.message =~ "it closed its input"
    assert_os_pid_exited(os_pid, 3_000)
  end

  test "another protocol, a refused command line and a missing program are no matter of time" do
    pid = start(fake("wrong_protocol"))
    assert_receive {:port, ^pid, {:down, error, _in_flight, true}}, 5_000
    assert error.message =~ "it sent a hello in protocol 2, this library speaks protocol 1"
    stop_supervised!(Server)

    pid = start(fake("refuses_flags"))
    assert_receive {:port, ^pid, {:down, error, _in_flight, true}}, 5_000
    assert error.message =~ "exit status 64"
    stop_supervised!(Server)

    pid = start("/nowhere/thumbnailer")
    assert_receive {:port, ^pid, {:down, error, _in_flight, true}}, 5_000
    assert error.message =~ ~s(there is no program at "/nowhere/thumbnailer")
  end

  test "a program that ends again and again is started again and again by the same process" do
    pid = start(fake("exits_at_once"))
    for _ <- 1..3, do: assert_receive({:port, ^pid, {:down, _error, _in_flight, false}}, 5_000)
    assert Process.alive?(pid)
  end

  test "a missing program that appears is found" do
    path = Path.join(folder(), "thumbnailer")
    pid = start(path)
    assert_receive {:port, ^pid, {:down, _error, _in_flight, true}}
    File.write!(path, "#!/bin/sh\nexec #{fake("echo")}\n")
    File.chmod!(path, 0o755)
    assert_receive {:port, ^pid, {:up, _, _, _}}, 5_000
  end

  test "a lazy program starts when it is needed" do
    pid = start(fake("echo"), lazy: true)
    refute_receive {:port, ^pid, _event}, 50
    :ok = Server.wake(pid)
    assert_receive {:port, ^pid, {:up, _, _, _}}, 5_000
  end

  test "stopped, it leaves no program behind, even one that ignores the end of its input" do
    for program <- ["echo", "ignores_eof"] do
      {_pid, _session, os_pid, _hello} = start_up(program)
      stop_supervised!(Server)
      assert_os_pid_exited(os_pid)
    end
  end

  test "an end is logged once, with the status as metadata" do
    {pid, session, _os_pid, _hello} = start_up("exits_on_request")

    log =
      ExUnit.CaptureLog.capture_log([metadata: [:exit_status]], fn ->
        :ok = Server.send_request(pid, session, 1, @request, 1_000)
        assert_receive {:port, ^pid, {:down, _error, _in_flight, _permanent}}, 5_000
        assert_receive {:port, ^pid, {:up, _, _, _}}, 5_000
      end)

    assert [_one] =
             Regex.scan(
               ~r/#{Regex.escape(inspect(self()))}: the port program .* ended: exit status 9/,
               log
             )

    assert log =~ "exit_status=9"
    assert log =~ "1 requests were lost, the next start is in"
  end
end
