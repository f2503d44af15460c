defmodule Thumbnailer.OS.EnvironmentTest do
  # Sets environment variables, which all tests share.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures

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
end
