defmodule Thumbnailer.Instance.DrainerTest do
  # Instances that are stopped while they work.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Thumbnail}
  alias Thumbnailer.Instance.Questions

  defp make(name, opts \\ []), do: Thumbnailer.make({:bytes, "image"}, 100, [on: name] ++ opts)

  defp counts(name), do: elem(Questions.counts(name), 1)

  # A tree like that of an application.
  defp start_tree(name, program, opts) do
    child = {Thumbnailer, [name: name, executable: fake(program)] ++ opts}
    {:ok, tree} = Supervisor.start_link([child], strategy: :one_for_one)
    tree
  end

  # In a process of its own, for it waits until the instance is gone.
  defp stop(tree), do: Task.async(fn -> Supervisor.stop(tree) end)

  defp await_stopping(name) do
    eventually("the instance does not stop", fn -> :sys.get_state(name).stopping? end)
  end

  test "what was let in is finished, what waits as well as what runs", %{test: name} do
    tree = start_tree(name, "answers_late", shutdown: 10_000)
    os_pid = os_pid(name)
    callers = for _ <- 1..6, do: Task.async(fn -> make(name) end)
    eventually("the requests did not arrive", fn -> counts(name).waiting == 2 end)
    assert :ok = Task.await(stop(tree), 10_000)
    for result <- Task.await_many(callers), do: assert({:ok, %Thumbnail{}} = result)
    assert_os_pid_exited(os_pid)
  end

  test "what is new is refused at once", %{test: name} do
    tree = start_tree(name, "answers_late", shutdown: 10_000)
    caller = Task.async(fn -> make(name) end)
    eventually("the request did not arrive", fn -> counts(name).sent == 1 end)
    stopping = stop(tree)
    await_stopping(name)
    assert {:error, %Error{reason: :unavailable, message: message}} = make(name)
    assert message == "the instance is stopping and takes no further request"
    assert {:ok, %Thumbnail{}} = Task.await(caller)
    Task.await(stopping)
  end

  test "an instance that has nothing to do stops at once", %{test: name} do
    tree = start_tree(name, "echo", shutdown: 3_600_000)
    assert :ok = Task.await(stop(tree), 2_000)
  end

  test "an instance whose program does not come up is not waited for longer than :shutdown", %{
    test: name
  } do
    tree = start_tree(name, "exits_at_once", shutdown: 100)
    caller = Task.async(fn -> make(name) end)
    eventually("the request did not arrive", fn -> counts(name).waiting == 1 end)
    assert :ok = Task.await(stop(tree), 2_000)
    assert {:error, %Error{reason: :unavailable, message: message}} = Task.await(caller)
    assert message =~ "100 ms (option :shutdown) were too few"
  end

  test "an instance that is replaced drains nothing", %{test: name} do
    start_fake(name, "never_answers", timeout: 60_000)
    caller = Task.async(fn -> make(name) end)
    eventually("the request did not arrive", fn -> counts(name).sent == 1 end)
    Process.exit(Process.whereis(name), :kill)
    assert {:error, %Error{reason: :unavailable}} = Task.await(caller)
    eventually("it is not there again", fn -> match?({:ok, _}, Thumbnailer.info(name)) end)
    refute :sys.get_state(name).stopping?
  end
end
