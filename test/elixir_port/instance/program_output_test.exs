defmodule Thumbnailer.Instance.ProgramOutputTest do
  # Whole instances on programs that start, say and end as they should not.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures
  import Thumbnailer.Logged

  alias Thumbnailer.{Error, Thumbnail}

  defp make(name, opts \\ []), do: Thumbnailer.make({:bytes, "image"}, 100, [on: name] ++ opts)

  for {program, why} <- [
        {"says_garbage", ~s(it sent bytes that are no term: "garbage")},
        {"compresses", "it sent a compressed term"},
        {"invents_atoms", "it sent bytes that are no term"},
        {"hello_again", "it sent a term that is no answer: {:hello,"},
        {"says_many_terms", "it sent a term of more than 10000 elements"}
      ] do
    test "a program like #{program} is killed, and what it holds ends as a bad reply", %{
      test: name
    } do
      os_pid = start_fake_up(name, unquote(program))
      assert {:error, %Error{reason: :bad_reply, message: message}} = make(name)
      assert message =~ unquote(why)
      assert_os_pid_exited(os_pid)
    end
  end

  test "a program that sends more than an answer may have is killed", %{test: name} do
    os_pid = start_fake_up(name, "says_too_much", max_reply_bytes: 1_000_000)
    assert {:error, %Error{reason: :bad_reply, message: message}} = make(name)
    assert message =~ "over the 1000000 that an answer may have"
    assert_os_pid_exited(os_pid)
  end

  test "a request that is larger than the program takes is refused here, and the program goes on",
       %{
         test: name
       } do
    os_pid = start_fake_up(name, "small_frames")
    large = {:bytes, :binary.copy("x", 5_000)}
    assert {:error, %Error{reason: :too_large} = error} = Thumbnailer.make(large, 100, on: name)
    assert error.details == %{limit: 4096}
    assert {:ok, %Thumbnail{}} = make(name)
    assert os_pid(name) == os_pid
  end

  test "a program that answers before its hello is killed", %{test: name} do
    start_fake(name, "answers_before_hello")
    assert {:error, %Error{reason: :unavailable, message: message}} = make(name)
    assert message =~ "it sent a term that is no hello: {:ok, 1"
  end

  test "a program whose hello is not of its types is of no use, and says so", %{test: name} do
    start_fake(name, "wrong_loaders")
    assert {:error, %Error{reason: :unavailable, message: message}} = make(name)
    assert message =~ "it sent a hello whose loaders cannot be 5"
  end

  test "a program that says a new hello each second leaves no atoms, and is started more and more rarely",
       %{test: name} do
    start_fake(name, "dies_every_second")
    os_pid = os_pid(name)
    eventually("it was not started again", fn -> :sys.get_state(name).restarts == 2 end)
    assert :sys.get_state(name).program.failures == 2
    assert_raise ArgumentError, fn -> String.to_existing_atom("word_" <> "#{os_pid}") end
  end

  test "a program that says no hello in time is killed", %{test: name} do
    start_fake(name, "never_hello", start_timeout: 50)
    eventually("it was not killed", fn -> :sys.get_state(name).program.fault != nil end)
    assert :sys.get_state(name).program.fault.message =~ "it did not say hello within 50 ms"
  end

  test "a program that closes its input is ended", %{test: name} do
    os_pid = start_fake_up(name, "closes_input")
    assert {:error, %Error{reason: :port_exited, message: message}} = make(name)
    assert message =~ "it closed its input"
    assert_os_pid_exited(os_pid, 3_000)
  end

  test "a refused command line and a missing program are no matter of time", %{test: name} do
    for {program, words} <- [
          {fake("refuses_flags"), "exit status 64"},
          {"/nowhere/thumbnailer", "no program at"}
        ] do
      start_supervised!({Thumbnailer, name: name, executable: program, shutdown: 50}, id: program)

      assert {:error, %Error{reason: :unavailable, message: message}} =
               make(name, timeout: 3_600_000)

      assert message =~ words
      stop_supervised!(program)
    end
  end

  test "a program that ends again and again is started again and again by the same process", %{
    test: name
  } do
    start_fake(name, "exits_at_once")
    server = Process.whereis(name)
    eventually("it was not started again", fn -> :sys.get_state(name).restarts >= 3 end)
    assert Process.whereis(name) == server
  end

  test "a missing program that appears is found", %{test: name} do
    path = Path.join(folder(), "thumbnailer")
    start_instance(name, executable: path, shutdown: 50)
    assert {:error, %Error{reason: :unavailable}} = Thumbnailer.info(name)
    File.write!(path, "#!/bin/sh\nexec #{fake("echo")}\n")
    File.chmod!(path, 0o755)
    eventually("it was not found", fn -> match?({:ok, _}, Thumbnailer.info(name)) end)
  end

  test "a lazy program starts when it is needed", %{test: name} do
    start_fake(name, "echo", lazy: true)
    assert %{state: :idle} = :sys.get_state(name).program
    assert {:ok, %Thumbnail{}} = make(name)
  end

  test "stopped, it leaves no program behind, even one that ignores the end of its input", %{
    test: name
  } do
    for program <- ["echo", "ignores_eof"] do
      start_supervised!({Thumbnailer, name: name, executable: fake(program), shutdown: 50},
        id: program
      )

      os_pid = os_pid(name)
      stop_supervised!(program)
      assert_os_pid_exited(os_pid)
    end
  end

  test "an end is logged once, with the status as metadata", %{test: name} = context do
    forward_log(context)
    start_fake_up(name, "exits_on_request")
    assert {:error, %Error{reason: :port_exited}} = make(name)

    line = ~r/ended: exit status 9; 1 requests were lost, the next start is in/
    assert %{exit_status: 9} = assert_logged(name, :error, line)
    refute_logged(name, :error, "the port program")
  end

  test "a program that floods with events of its workers is killed, and the instance answers meanwhile",
       %{test: name} do
    os_pid = start_fake_up(name, "floods_with_events")
    assert {:error, %Error{reason: :bad_reply, message: message}} = make(name)
    assert message =~ "it sent more than 10000 events in a second"
    assert_os_pid_exited(os_pid)
    assert {:ok, _counts} = Thumbnailer.Instance.Questions.counts(name)
  end
end
