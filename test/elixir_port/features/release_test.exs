defmodule Thumbnailer.Features.ReleaseTest do
  # A real release of `mix release`, stopped while it makes thumbnails into files.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Nodes, Pixels}

  @moduletag :real
  @moduletag timeout: 300_000

  setup_all do
    release = Path.join(System.tmp_dir!(), "thumbnailer-release-#{System.pid()}")

    on_exit(fn -> File.rm_rf!(release) end)
    Nodes.name_server()

    {output, status} =
      System.cmd("mix", ["release", "--path", release, "--no-compile", "--quiet"],
        cd: root("elixir_port"),
        env: [{"MIX_ENV", to_string(Mix.env())}],
        stderr_to_stdout: true
      )

    assert status == 0, output
    {:ok, program: Path.join(release, "bin/thumbnailer")}
  end

  # What is done in the release: callers without end, each of whom writes down how its calls ended.
  @work """
  [photo, folder] = ARGUMENTS
  {:ok, %{os_pid: os_pid}} = Thumbnailer.info()
  for n <- 1..8 do
    spawn(fn ->
      for turn <- Stream.iterate(1, &(&1 + 1)) do
        result = Thumbnailer.make(photo, 400, to: "\#{folder}/\#{n}-\#{rem(turn, 5)}.png")
        said = with {:error, error} <- result, do: error.reason
        File.write!("\#{folder}/log", "\#{if is_atom(said), do: said, else: "ok"}\\n", [:append])
        if is_atom(said), do: Process.sleep(:infinity)
      end
    end)
  end
  Process.sleep(500)
  IO.puts("os_pid \#{os_pid}")
  """

  defp start(program, folder) do
    name = "release-#{System.pid()}-#{System.unique_integer([:positive])}"
    env = [{"RELEASE_NODE", name}, {"RELEASE_COOKIE", "release"}, {"RELEASE_TMP", folder}]
    options = [:binary, :exit_status, :stderr_to_stdout, args: ["start"], env: charlists(env)]
    port = Port.open({:spawn_executable, program}, options)
    {:os_pid, beam} = Port.info(port, :os_pid)
    run = &System.cmd(program, &1, env: env, stderr_to_stdout: true)

    eventually(60_000, "the release does not start", fn ->
      match?({_os_pid, 0}, run.(["pid"]))
    end)

    {port, beam, run}
  end

  defp charlists(env), do: for({name, value} <- env, do: {to_charlist(name), to_charlist(value)})

  for {name, stop} <- ["bin/thumbnailer stop": :command, SIGTERM: :signal] do
    test "#{name} finishes what runs, leaves no process and no half file", %{program: program} do
      folder = folder()
      {port, beam, run} = start(program, folder())
      arguments = inspect([sample("photo.jpg"), folder])
      {output, 0} = run.(["rpc", String.replace(@work, "ARGUMENTS", arguments)])
      [_line, os_pid] = Regex.run(~r/os_pid (\d+)/, output)
      program = String.to_integer(os_pid)
      processes = [program | children_of(program)]
      assert Enum.all?(processes, &os_pid_running?/1)

      case unquote(stop) do
        :command -> assert {_said, 0} = run.(["stop"])
        :signal -> signal(beam, :TERM)
      end

      assert_receive {^port, {:exit_status, 0}}, 30_000
      for pid <- processes, do: assert_os_pid_exited(pid, 1_000)
      # Requests that came after the stop were refused, and every admitted one was answered.
      log = folder |> Path.join("log") |> File.read!() |> String.split("\n", trim: true)
      assert Enum.uniq(log) -- ["ok", "unavailable"] == []
      assert "ok" in log

      files = File.ls!(folder) -- ["log"]
      assert files != []

      for file <- files do
        assert Path.extname(file) == ".png" and not String.starts_with?(file, ".")
        assert {400, 300} = folder |> Path.join(file) |> File.read!() |> Pixels.size()
      end
    end
  end
end
