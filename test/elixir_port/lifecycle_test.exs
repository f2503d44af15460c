defmodule Thumbnailer.LifecycleTest do
  # The real program, its workers and a real BEAM, each killed in turn.
  use ExUnit.Case, async: false

  import Thumbnailer.Parts

  alias Thumbnailer.{Error, Thumbnail}

  @moduletag :real

  defp make(on, opts \\ []), do: Thumbnailer.make(sample("photo.jpg"), 50, [on: on] ++ opts)

  # Workers are children of the front; a front that is at work has at least one.
  defp workers(on) do
    {:ok, _} = make(on)
    on |> os_pid() |> children_of()
  end

  test "a worker that is killed costs at most its own image, and is replaced", %{test: name} do
    on = start_instance(name, workers: 1)
    os_pid = os_pid(on)
    [worker | _] = workers(on)
    signal(worker, :KILL)
    assert_os_pid_exited(worker)
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

  test "a front that is killed takes its workers with it, and the next call succeeds", %{
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

  test "a front that is stopped is killed after the deadline, and the next call succeeds", %{
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

  test "a killed front loses only what it held: every caller is answered", %{test: name} do
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
    eventually("the request was not sent", fn -> :sys.get_state(on).queue.sent == 1 end)
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

  # One BEAM that starts an instance, makes a thumbnail, says who its processes are and then does `last`.
  @script ~S"""
  {:ok, _} = Application.ensure_all_started(:thumbnailer)
  [photo, last] = System.argv()
  {:ok, _} = Thumbnailer.make(photo, 50)
  {:ok, %{os_pid: os_pid}} = Thumbnailer.info()
  IO.puts("os_pid #{os_pid}")
  Code.eval_string(last)
  Process.sleep(:infinity)
  """

  defp start_beam(last) do
    elixir = System.find_executable("elixir")
    ebin = :thumbnailer |> Application.app_dir("ebin") |> String.to_charlist() |> to_string()
    arguments = ["-pa", ebin, "-e", @script, sample("photo.jpg"), last]

    port =
      Port.open({:spawn_executable, elixir}, [:binary, :exit_status, args: arguments, line: 1_000])

    assert_receive {^port, {:data, {:eol, "os_pid " <> os_pid}}}, 20_000
    {:os_pid, beam} = Port.info(port, :os_pid)
    os_pid = String.to_integer(os_pid)
    processes = [os_pid | children_of(os_pid)]
    assert Enum.all?(processes, &os_pid_running?/1)
    {port, beam, processes}
  end

  test "of a BEAM that is killed no process is left one second later" do
    {port, beam, processes} = start_beam(":ok")
    signal(beam, :KILL)
    assert_receive {^port, {:exit_status, 137}}, 5_000
    for pid <- processes, do: assert_os_pid_exited(pid, 1_000)
  end

  for {name, last} <- [
        {"halts", "System.halt(0)"},
        {"stops in order", "System.stop(0)"},
        {"stops the application", "Application.stop(:thumbnailer); System.halt(0)"},
        {"halts while images are made",
         "for _ <- 1..50, do: spawn(fn -> Thumbnailer.make(photo, 50) end); System.halt(0)"}
      ] do
    test "of a BEAM that #{name} no process is left one second later" do
      last = "photo = #{inspect(sample("photo.jpg"))}; " <> unquote(last)
      elixir_ended = start_beam_until_its_end(last)
      for pid <- elixir_ended, do: assert_os_pid_exited(pid, 1_000)
    end
  end

  # The BEAM waits for a line before its end, so that its processes can be looked at.
  defp start_beam_until_its_end(last) do
    {port, _beam, processes} = start_beam("IO.gets(\"\"); " <> last)
    Port.command(port, "go\n")
    assert_receive {^port, {:exit_status, 0}}, 15_000
    processes
  end
end
