defmodule Thumbnailer.Features.LifecycleTest do
  # The real program, its workers and the processes of its instance, each killed in turn.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Thumbnail}

  @moduletag :real

  defp make(on, opts \\ []), do: Thumbnailer.make(sample("photo.jpg"), 50, [on: on] ++ opts)

  # Workers are children of the program; a program that is at work has at least one.
  defp workers(on) do
    {:ok, _} = make(on)
    on |> os_pid() |> workers_of()
  end

  test "a worker that is killed costs at most its own image, and is replaced", %{test: name} do
    on = start_instance(name, workers: 1)
    os_pid = os_pid(on)
    [worker | _] = workers(on)
    signal(worker, :KILL)

    # Its first thread is gone before the last one: only when the program has reaped it, it is given no more work.
    eventually("the worker was not reaped", fn -> worker not in children_of(os_pid) end)
    assert {:ok, %Thumbnail{}} = make(on)
    assert os_pid(on) == os_pid
  end

  test "a worker that is stopped costs its own caller the deadline and nobody else anything", %{
    test: name
  } do
    on = start_instance(name, workers: 1)
    os_pid = os_pid(on)
    for worker <- workers(on), do: signal(worker, :STOP)
    assert {:error, %Error{reason: :timeout}} = make(on, timeout: 300)
    assert {:ok, %Thumbnail{}} = make(on)
    assert os_pid(on) == os_pid
  end

  test "a program that is killed takes its workers with it, and the next call succeeds", %{
    test: name
  } do
    on = start_instance(name)
    os_pid = os_pid(on)
    workers = workers(on)
    assert workers != []
    signal(os_pid, :KILL)
    for pid <- [os_pid | workers], do: assert_os_pid_exited(pid)
    assert {:ok, %Thumbnail{}} = make(on)
    assert os_pid(on) != os_pid
  end

  test "a program that is stopped is killed after the deadline, and the next call succeeds", %{
    test: name
  } do
    on = start_instance(name)
    os_pid = os_pid(on)
    workers = workers(on)
    signal(os_pid, :STOP)
    assert {:error, %Error{reason: :timeout}} = make(on, timeout: 100)
    for pid <- [os_pid | workers], do: assert_os_pid_exited(pid)
    assert {:ok, %Thumbnail{}} = make(on)
  end

  test "a killed program loses only what it held: every caller is answered", %{test: name} do
    on = start_instance(name)
    os_pid = os_pid(on)
    callers = for _ <- 1..100, do: Task.async(fn -> make(on) end)
    signal(os_pid, :KILL)

    for result <- Task.await_many(callers, 30_000) do
      case result do
        {:ok, %Thumbnail{}} -> :ok
        {:error, %Error{reason: reason}} -> assert reason == :port_exited
      end
    end

    assert {:ok, %{waiting: 0, sent: 0}} = Thumbnailer.stats(on)
  end

  test "a caller that dies frees its worker", %{test: name} do
    on = start_instance(name, workers: 1)
    for worker <- workers(on), do: signal(worker, :STOP)
    caller = spawn(fn -> make(on, timeout: 60_000) end)

    eventually("no worker has the request", fn ->
      match?({:ok, %{program: %{busy: 1}}}, Thumbnailer.stats(on))
    end)

    Process.exit(caller, :kill)
    assert {:ok, %Thumbnail{}} = make(on, timeout: 5_000)
  end

  test "an instance that is stopped leaves no process behind", %{test: name} do
    on = start_instance(name)
    os_pid = os_pid(on)
    workers = workers(on)
    :ok = stop_supervised(name)
    for pid <- [os_pid | workers], do: refute(os_pid_running?(pid))
  end

  # Every process of an instance's tree, by its place in it.
  defp tree(name) do
    serving = name |> Process.whereis() |> Process.info(:dictionary) |> elem(1)
    [serving, instance | _] = serving[:"$ancestors"]

    drain =
      for {Thumbnailer.Instance.Drainer, pid, _, _} <- Supervisor.which_children(instance),
          do: pid

    %{
      instance: instance,
      serving: serving,
      server: Process.whereis(name),
      drain: hd(drain)
    }
  end

  for place <- [:instance, :serving, :server, :drain] do
    @tag place: place
    test "when the #{place} of an instance is killed, no process is left and the next call is served",
         %{test: name, place: place} do
      on = start_instance(name)
      os_pid = os_pid(on)
      processes = [os_pid | workers(on)]
      callers = for _ <- 1..20, do: Task.async(fn -> make(on) end)
      Process.exit(tree(name)[place], :kill)

      for result <- Task.await_many(callers, 10_000) do
        case result do
          {:ok, %Thumbnail{}} -> :ok
          {:error, %Error{reason: reason}} -> assert reason in [:unavailable, :port_exited]
        end
      end

      unless place == :drain, do: for(pid <- processes, do: assert_os_pid_exited(pid, 1_500))
      eventually("it is not there again", fn -> match?({:ok, _}, make(on)) end)
    end
  end
end
