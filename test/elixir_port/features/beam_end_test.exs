defmodule Thumbnailer.Features.BeamEndTest do
  # What is left when a BEAM with an instance ends, in whatever way: nothing.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures

  @moduletag :real

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

  # A BEAM that makes images of many sorts, to files and to memory, until its end.
  defp busily(folder) do
    """
    for n <- 1..8 do
      spawn(fn ->
        for turn <- Stream.iterate(1, &(&1 + 1)) do
          to = if rem(n, 2) == 0, do: [to: "#{folder}/\#{n}-\#{rem(turn, 5)}.png"], else: []
          Thumbnailer.make(photo, 400, [retries: 3] ++ to)
        end
      end)
    end
    Process.sleep(300)
    """
  end

  # Every file that is there is a whole PNG; nothing else is there.
  defp assert_whole_files(folder) do
    files = File.ls!(folder)
    assert files != []

    for file <- files do
      assert Path.extname(file) == ".png" and not String.starts_with?(file, ".")

      assert {_width, _height} =
               folder |> Path.join(file) |> File.read!() |> Thumbnailer.Pixels.size()
    end
  end

  # Shared memory is known by the descriptors of those who hold it: here, of whoever runs the program under test.
  defp shared_memory do
    {:ok, program} = Thumbnailer.Port.Executable.find(nil)

    for process <- Path.wildcard("/proc/[0-9]*"),
        File.read_link(process <> "/exe") == {:ok, program},
        descriptor <- Path.wildcard(process <> "/fd/*"),
        {:ok, target} <- [File.read_link(descriptor)],
        target =~ "/memfd:thumbnailer-",
        do: {descriptor, target}
  end

  for {name, last} <- [
        {"is killed", "System.cmd(\"kill\", [\"-KILL\", System.pid()])"},
        {"halts", "System.halt(0)"},
        {"stops in order", "System.stop(0); Process.sleep(:infinity)"}
      ] do
    test "of a BEAM that #{name} while it writes files no process, no half file and no memory is left" do
      folder = folder()
      photo = "photo = #{inspect(sample("photo.jpg"))}; "

      {port, _beam, processes} =
        start_beam("IO.gets(\"\"); " <> photo <> busily(folder) <> unquote(last))

      Port.command(port, "go\n")
      assert_receive {^port, {:exit_status, _status}}, 20_000
      for pid <- processes, do: assert_os_pid_exited(pid, 1_000)
      eventually(1_000, "shared memory is left", fn -> shared_memory() == [] end)
      assert_whole_files(folder)
    end
  end

  for last <- ["System.halt(0)", "System.stop(0); Process.sleep(:infinity)", ":ok"] do
    test "a BEAM with four instances that ends by #{last} says nothing" do
      ebin = Application.app_dir(:thumbnailer, "ebin")

      code = """
      {:ok, _} = Application.ensure_all_started(:thumbnailer)
      for name <- [:one, :two, :three, :four] do
        {:ok, _} = Thumbnailer.start_link(name: name, workers: 1)
        {:ok, _} = Thumbnailer.make(#{inspect(sample("photo.jpg"))}, 50, on: name)
        spawn(fn -> Thumbnailer.make(#{inspect(sample("photo.jpg"))}, 500, on: name) end)
      end
      #{unquote(last)}
      """

      arguments = ["-pa", ebin, "-e", code]
      assert {"", 0} = System.cmd("elixir", arguments, stderr_to_stdout: true)
    end
  end

  test "a stopped program with unread data does not keep its BEAM from halting" do
    last = """
    IO.gets("")
    {:ok, %{os_pid: os_pid}} = Thumbnailer.info()
    System.cmd("kill", ["-STOP", "\#{os_pid}"])
    bytes = :binary.copy("x", 20_000_000)
    for _ <- 1..3, do: Thumbnailer.async({:bytes, bytes}, 50)
    Process.sleep(100)
    System.halt(0)
    """

    {port, _beam, processes} = start_beam(last)
    Port.command(port, "go\n")
    # The 10 seconds of the program's own watchdog, and what a busy machine adds.
    assert_receive {^port, {:exit_status, 0}}, 20_000
    for pid <- processes, do: assert_os_pid_exited(pid, 1_000)
  end

  test "of a stopped program whose BEAM is killed no process is left one second later" do
    {port, beam, [server | workers]} = start_beam(":ok")
    for pid <- [server | workers], do: signal(pid, :STOP)
    signal(beam, :KILL)
    assert_receive {^port, {:exit_status, 137}}, 5_000
    for pid <- [server | workers], do: assert_os_pid_exited(pid, 1_000)
  end

  for stop <- ["System.stop(0)", "Application.stop(:thumbnailer); System.halt(0)"] do
    test "#{stop} finishes what runs and refuses what is new" do
      last = """
      IO.gets("")
      parent = self()
      {:ok, %{os_pid: os_pid}} = Thumbnailer.info()
      System.cmd("kill", ["-STOP", "\#{os_pid}"])
      spawn(fn -> send(parent, Thumbnailer.make(#{inspect(sample("photo.jpg"))}, 50)) end)
      Process.sleep(100)
      spawn(fn -> #{unquote(stop)} end)
      Process.sleep(200)
      {:error, %{reason: :unavailable, message: message}} = Thumbnailer.make("x.jpg", 50)
      IO.puts("refused: \#{message}")
      System.cmd("kill", ["-CONT", "\#{os_pid}"])
      receive do {:ok, %{width: width}} -> IO.puts("finished: \#{width}") end
      Process.sleep(:infinity)
      """

      {port, _beam, processes} = start_beam(last)
      Port.command(port, "go\n")
      assert_receive {^port, {:data, {:eol, refused}}}, 10_000
      assert refused == "refused: the instance is stopping and takes no further request"
      assert_receive {^port, {:data, {:eol, "finished: 50"}}}, 10_000
      assert_receive {^port, {:exit_status, 0}}, 15_000
      for pid <- processes, do: assert_os_pid_exited(pid, 1_000)
    end
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
        {"shuts down as a release does", ":init.stop()"}
      ] do
    test "of a BEAM that #{name} no process is left one second later" do
      for pid <- start_beam_until_its_end(unquote(last)), do: assert_os_pid_exited(pid, 1_000)
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
