defmodule Thumbnailer.Instance.RecoveryTest do
  # Whole instances whose program dies, breaks the protocol or is killed.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Thumbnail}

  defp make(name, opts \\ []), do: Thumbnailer.make({:bytes, "image"}, 100, [on: name] ++ opts)

  defp sent(name), do: elem(Thumbnailer.Instance.Questions.counts(name), 1).sent

  for {program, reason, words} <- [
        {"exits_on_request", :port_exited, "ended: exit status 9"},
        {"crashes_on_request", :port_exited, "killed by SIGSEGV"},
        {"says_garbage", :bad_reply, "it sent bytes that are no term"},
        {"wrong_id", :bad_reply, "it answered request 1000001, which it does not hold"},
        {"wrong_shape", :bad_reply, "something that is no answer: %{width: 3}"},
        {"makes_scripts", :bad_reply, "something that is no answer: %{outputs: "},
        {"says_huge_length", :bad_reply, "it announced a frame of 4294967295 bytes"},
        {"says_text", :bad_reply, "it announced a frame of"},
        {"exits_at_once", :unavailable, "ended before its hello: exit status 3"},
        {"never_hello", :unavailable, "was not up in time"}
      ] do
    test "a caller of a program like #{program} gets #{inspect(reason)}", %{test: name} do
      start_fake(name, unquote(program))

      assert {:error, %Error{reason: unquote(reason), message: message}} =
               make(name, timeout: 3_000)

      assert message =~ unquote(words)
    end
  end

  test "a fault that time does not mend is told at once", %{test: name} do
    for {program, words} <- [
          {fake("wrong_protocol"), "a hello in protocol 2"},
          {"/nowhere", "no program at"}
        ] do
      start_supervised!({Thumbnailer, name: name, executable: program}, id: name)

      assert {:error, %Error{reason: :unavailable, message: message}} =
               make(name, timeout: 3_600_000)

      assert message =~ words
      stop_supervised!(name)
    end
  end

  test "who waits when the program dies is served by the next one", %{test: name} do
    start_instance(name, executable: copied_fake("dies_once"))

    results = all_at_once(1..20, fn _ -> make(name, timeout: 10_000) end)
    {served, lost} = Enum.split_with(results, &match?({:ok, _}, &1))
    # The program takes up four requests at a time.
    assert length(lost) in 1..4
    assert length(served) >= 16
    assert Enum.all?(lost, &match?({:error, %Error{reason: :port_exited}}, &1))
  end

  test "a request that the program held when it died is sent again as often as :retries says", %{
    test: name
  } do
    start_instance(name, executable: copied_fake("dies_three_times"))
    assert {:error, %Error{reason: :port_exited}} = make(name, timeout: 10_000)
    assert {:error, %Error{reason: :port_exited}} = make(name, timeout: 10_000, retries: 1)
    assert {:ok, %Thumbnail{}} = make(name, timeout: 10_000, retries: 1)
    assert {:ok, %{restarts: 3, served: 1, failed: %{port_exited: 2}}} = Thumbnailer.stats(name)
  end

  test "the retries of the instance are those of every call that does not say", %{test: name} do
    start_instance(name, executable: copied_fake("dies_three_times"), retries: 3)
    assert {:error, %Error{reason: :port_exited}} = make(name, retries: 0)
    assert {:ok, %Thumbnail{}} = make(name, timeout: 10_000)
  end

  test "a program whose pipes somebody else holds open is replaced all the same", %{test: name} do
    os_pid = start_fake_up(name, "leaves_a_child")
    signal(os_pid, :KILL)
    assert {:error, %Error{reason: :timeout}} = make(name, timeout: 50)
    assert {:ok, %{os_pid: next}} = Thumbnailer.info(name)
    assert next != os_pid
  end

  test "a program that is killed from outside costs only those whose requests it holds", %{
    test: name
  } do
    os_pid = start_fake_up(name, "never_answers", timeout: 10_000)
    callers = for _ <- 1..2, do: Task.async(fn -> make(name) end)
    eventually("the requests were not sent", fn -> sent(name) == 2 end)
    signal(os_pid, :KILL)

    for result <- Task.await_many(callers) do
      assert {:error, %Error{reason: :port_exited, details: %{signal: :kill}}} = result
    end

    assert {:ok, %{restarts: 1, failed: %{port_exited: 2}}} = Thumbnailer.stats(name)
  end

  test "an instance that is killed leaves no program behind, even one that ignores the end of its input",
       %{
         test: name
       } do
    for {program, milliseconds} <- [{"never_answers", 1_000}, {"ignores_eof", 3_000}] do
      start_supervised!({Thumbnailer, name: name, executable: fake(program), shutdown: 50},
        id: program
      )

      os_pid = os_pid(name)
      Process.exit(Process.whereis(name), :kill)
      assert_os_pid_exited(os_pid, milliseconds)
      stop_supervised!(program)
    end
  end
end
