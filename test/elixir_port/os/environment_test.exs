defmodule Thumbnailer.OS.EnvironmentTest do
  # Sets environment variables, which all tests share.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures

  alias Thumbnailer.Doctor
  alias Thumbnailer.Port.Executable
  alias Thumbnailer.Translation.Translator

  @secret "the-secret-of-this-application"

  setup do
    System.put_env(%{"SECRET_KEY_BASE" => @secret, "LC_PAPER" => "C"})
    on_exit(fn -> for name <- ["SECRET_KEY_BASE", "LC_PAPER"], do: System.delete_env(name) end)
  end

  test "the program is started with the variables that its libraries look at, and without any other",
       %{test: name} do
    start_fake(name, "shows_environment")
    assert {:ok, %{version: names}} = Thumbnailer.info(name)
    names = String.split(names)
    assert "PATH" in names
    assert "LC_PAPER" in names
    others = Enum.reject(names, &String.starts_with?(&1, ["LC_", "XDG_", "FONTCONFIG_"]))
    assert others -- ~w(PATH LD_LIBRARY_PATH HOME TMPDIR TZ LANG LANGUAGE) == []
  end

  @tag :real
  test "a secret of the BEAM's environment is in that of no process of the program", %{test: name} do
    on = start_instance(name, workers: 2)
    to = Path.join(folder(), "out.jpg")
    assert {:ok, _} = Thumbnailer.make(sample("photo.jpg"), 50, on: on, to: to)
    program = os_pid(on)

    names =
      for pid <- children_of(program), {:ok, name} <- [File.read("/proc/#{pid}/comm")], do: name

    assert "thumb-worker\n" in names and "thumb-fork\n" in names

    # Only root may look at a process that hides.
    for pid <- [program | children_of(program)],
        {:ok, environment} <- [File.read("/proc/#{pid}/environ")],
        do: refute(environment =~ @secret)
  end

  # The program, which writes down with which environment it was started each time.
  defp noting(log) do
    {:ok, program} = Executable.find(nil)
    path = Path.join(folder(), "thumbnailer")
    File.write!(path, "#!/bin/sh\n{ echo \"$@\"; env; } >> #{log}\nexec #{program} \"$@\"\n")
    File.chmod!(path, 0o755)
    path
  end

  @tag :real
  @tag :steps
  test "nor is it in that of what translates and describes a step" do
    log = Path.join(folder(), "log")
    module = changed_step("duotone")
    hash = Translator.hash(module)
    to = Path.join(folder(), "duotone.step")
    assert :ok = Translator.translate(module, to, Translator.native(), noting(log))
    step = %{hash: hash, translation: File.read!(to)}
    assert {:ok, "step/1 duotone" <> _} = Translator.describe(step, noting(log))
    assert_noted(log, ["step translate", "step text"])
  end

  @tag :real
  @tag :steps
  test "nor in that of the tools, while they are at work" do
    module = changed_step("polaroid")
    to = Path.join(folder(), "polaroid.step")
    {:ok, program} = Executable.find(nil)
    work = Task.async(fn -> Translator.translate(module, to, Translator.native(), program) end)
    seen = look(work, to, %{})
    assert seen["thumbnailer"]
    # A compiler takes some time, so it is seen for sure.
    assert Enum.any?(Map.keys(seen), &(&1 =~ ~r/^(cc1|clang)/)), inspect(Map.keys(seen))

    for {name, environments} <- seen, environment <- environments do
      refute environment =~ @secret, "#{name} has the secret"
      if name =~ ~r/^(cc1|clang)/, do: assert(environment == "")
    end
  end

  # The environments of the program that translates to this path and of its children, while the task runs, by their names.
  defp look(task, path, seen) do
    seen =
      for helper <- children(System.pid()),
          program <- children(helper),
          # Until then it is a copy of the BEAM's helper.
          names?(program, path),
          pid <- [program | children(program)],
          {:ok, name} <- [File.read("/proc/#{pid}/comm")],
          {:ok, environment} <- [File.read("/proc/#{pid}/environ")],
          reduce: seen do
        seen -> Map.update(seen, String.trim(name), [environment], &Enum.uniq([environment | &1]))
      end

    case Task.yield(task, 2) do
      {:ok, :ok} -> seen
      nil -> look(task, path, seen)
    end
  end

  defp children(pid) do
    for list <- Path.wildcard("/proc/#{pid}/task/*/children"),
        {:ok, pids} <- [File.read(list)],
        child <- String.split(pids),
        do: child
  end

  defp names?(pid, path) do
    case File.read("/proc/#{pid}/cmdline") do
      {:ok, line} -> line =~ path
      _gone -> false
    end
  end

  @tag :real
  test "nor in that of what the doctor starts" do
    log = Path.join(folder(), "log")
    findings = Doctor.examine(executable: noting(log))
    assert Enum.any?(findings, &(&1.what == "start" and &1.state == :ok))
    assert_noted(log, ["--version", "--die-with-parent"])
  end

  defp assert_noted(log, commands) do
    noted = File.read!(log)
    for command <- commands, do: assert(noted =~ command)
    assert noted =~ "LC_PAPER=C"
    refute noted =~ "SECRET_KEY_BASE"
    refute noted =~ @secret
  end
end
