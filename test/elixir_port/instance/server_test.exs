defmodule Thumbnailer.Instance.ServerTest do
  # Whole instances on programs that misbehave.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Thumbnail}

  defp make(name, opts \\ []), do: Thumbnailer.make({:bytes, "image"}, 100, [on: name] ++ opts)

  # The fake programs answer with the payload of the request.
  defp payload({:ok, %Thumbnail{data: data}}), do: :erlang.binary_to_term(data)

  defp waiting(name), do: elem(Thumbnailer.Instance.Questions.counts(name), 1).waiting
  defp sent(name), do: elem(Thumbnailer.Instance.Questions.counts(name), 1).sent

  test "a caller gets the answer to its own request", %{test: name} do
    start_fake(name, "echo")

    for {size, result} <-
          Enum.zip(
            1..1_000,
            all_at_once(1..1_000, &Thumbnailer.make({:bytes, "#{&1}"}, &1, on: name))
          ) do
      assert {:make, _id, %{outputs: [%{width: ^size}]}, {:bytes, bytes}} = payload(result)
      assert bytes == "#{size}"
    end
  end

  test "the deadline that is sent on is what is left", %{test: name} do
    start_fake(name, "echo")
    {:make, _id, %{timeout: left}, _source} = name |> make(timeout: 5_000) |> payload()
    assert left in 1..5_000
  end

  test "without a timeout the deadline of the instance counts", %{test: name} do
    start_fake(name, "echo", timeout: 777)
    {:make, _id, %{timeout: left}, _source} = name |> make() |> payload()
    assert left in 1..777
  end

  test "a program that does not answer costs its caller the deadline and half a second, and is killed",
       %{test: name} do
    os_pid = start_fake_up(name, "never_answers")
    assert {:error, %Error{reason: :timeout}} = make(name, timeout: 50)
    assert_os_pid_exited(os_pid)
    assert os_pid(name) != os_pid
  end

  test "a program that is stopped is killed all the same", %{test: name} do
    start_fake(name, "echo")
    os_pid = os_pid(name)
    signal(os_pid, :STOP)
    large = :binary.copy("x", 10_000_000)

    assert {:error, %Error{reason: :timeout}} =
             Thumbnailer.make({:bytes, large}, 100, on: name, timeout: 50)

    assert_os_pid_exited(os_pid)
    assert {:ok, _} = make(name)
  end

  test "no more is sent than the workers can take up", %{test: name} do
    start_fake_up(name, "never_answers")
    callers = for _ <- 1..10, do: Task.async(fn -> make(name, timeout: 200) end)
    eventually("the requests did not arrive", fn -> waiting(name) + sent(name) == 10 end)
    assert {waiting(name), sent(name)} == {8, 2}
    Task.await_many(callers)
  end

  test "the queue time counts", %{test: name} do
    start_fake_up(name, "never_answers", timeout: 10_000)
    for _ <- 1..2, do: spawn(fn -> make(name) end)
    eventually("the first requests were not sent", fn -> sent(name) == 2 end)
    assert {:error, %Error{reason: :timeout, message: message}} = make(name, timeout: 30)
    assert message == "the deadline passed before the request's turn came"
  end

  test "a full queue refuses at once and says how many it takes", %{test: name} do
    start_fake_up(name, "never_answers", max_queue: 3, timeout: 10_000)
    for _ <- 1..5, do: spawn(fn -> make(name) end)
    eventually("the queue did not fill", fn -> {waiting(name), sent(name)} == {3, 2} end)
    assert {:error, %Error{reason: :overloaded} = error} = make(name)
    assert error.details == %{limit: 3}
    assert error.message =~ "3 requests are waiting already"
  end

  test "questions about the instance do not wait behind images", %{test: name} do
    start_fake_up(name, "holds_until_cancel", max_queue: 1, timeout: 10_000)
    for _ <- 1..3, do: spawn(fn -> make(name) end)
    eventually("the queue did not fill", fn -> {waiting(name), sent(name)} == {1, 2} end)
    assert {:ok, %{workers: 1}} = Thumbnailer.info(name)
    assert {:ok, %{program: %{busy: 2}, waiting: 1, sent: 2}} = Thumbnailer.stats(name)
  end

  test "a caller that dies while it waits leaves the queue", %{test: name} do
    start_fake_up(name, "never_answers", timeout: 10_000)
    for _ <- 1..2, do: spawn(fn -> make(name) end)
    eventually("the first requests were not sent", fn -> sent(name) == 2 end)
    caller = spawn(fn -> make(name) end)
    eventually("the caller does not wait", fn -> waiting(name) == 1 end)
    Process.exit(caller, :kill)
    eventually("the caller waits still", fn -> waiting(name) == 0 end)
  end

  test "a caller that dies while its image is made has it cancelled", %{test: name} do
    start_fake(name, "holds_until_cancel", timeout: 10_000)
    os_pid = os_pid(name)
    caller = spawn(fn -> make(name) end)
    eventually("the request was not sent", fn -> sent(name) == 1 end)
    other = Task.async(fn -> make(name) end)
    eventually("the request was not sent", fn -> sent(name) == 2 end)
    Process.exit(caller, :kill)
    # The program answers what else it holds when it is told to cancel.
    assert {:ok, _} = Task.await(other)
    assert os_pid(name) == os_pid
    eventually("the cancelled request is still counted", fn -> sent(name) == 0 end)
  end

  test "a server that is killed answers nobody, and its callers are told", %{test: name} do
    os_pid = start_fake_up(name, "never_answers", timeout: 10_000)
    caller = Task.async(fn -> make(name) end)
    eventually("the request was not sent", fn -> sent(name) == 1 end)
    Process.exit(Process.whereis(name), :kill)
    assert {:error, %Error{reason: :unavailable, message: message}} = Task.await(caller)
    assert message =~ "killed"
    assert_os_pid_exited(os_pid)
    eventually("the next server is not there", fn -> match?({:ok, _}, Thumbnailer.info(name)) end)
  end

  test "a message that nobody understands is dropped", %{test: name} do
    start_fake_up(name, "echo")
    send(name, :what)
    assert {:ok, _} = make(name)
  end

  test "an instance that is stopped leaves no caller waiting", %{test: name} do
    start_fake_up(name, "never_answers", shutdown: 50)
    callers = for _ <- 1..5, do: Task.async(fn -> make(name) end)
    eventually("the requests did not arrive", fn -> {waiting(name), sent(name)} == {3, 2} end)
    :ok = stop_supervised(name)

    for result <- Task.await_many(callers) do
      assert {:error, %Error{reason: :unavailable, message: message}} = result
      assert message == "the instance is stopping, and 50 ms (option :shutdown) were too few"
    end
  end

  test "an instance that is not there is unavailable" do
    assert {:error, %Error{reason: :unavailable, message: message}} = make(NoSuchInstance)
    assert message =~ "no instance NoSuchInstance is running: there is no process of that name"
    assert {:error, %Error{reason: :unavailable}} = Thumbnailer.stats(NoSuchInstance)
  end

  test "no process is left of a thousand callers", %{test: name} do
    start_fake(name, "echo")
    all_at_once(1..1_000, fn _ -> make(name) end)
    assert %{queue: queue} = :sys.get_state(name)
    assert {queue.entries, queue.waiting, queue.sent} == {%{}, 0, 0}
    assert :sys.get_state(name).pings == %{}
    assert {:monitors, []} = Process.info(Process.whereis(name), :monitors)
  end
end
