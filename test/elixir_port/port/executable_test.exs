defmodule Thumbnailer.Port.ExecutableTest do
  # Sets an environment variable, which all tests share.
  use ExUnit.Case, async: false

  import Thumbnailer.Fixtures

  alias Thumbnailer.Port.Executable

  setup do
    before = System.get_env("THUMBNAILER_EXECUTABLE")

    on_exit(fn ->
      if before,
        do: System.put_env("THUMBNAILER_EXECUTABLE", before),
        else: System.delete_env("THUMBNAILER_EXECUTABLE")
    end)
  end

  test "the option comes before the environment" do
    System.put_env("THUMBNAILER_EXECUTABLE", fake("never_hello"))
    assert Executable.find(fake("echo")) == {:ok, fake("echo")}
    assert Executable.find(nil) == {:ok, fake("never_hello")}
  end

  test "a missing program is named with where the name came from" do
    assert {:error, message} = Executable.find("/nowhere/thumbnailer")

    assert message ==
             ~s(there is no program at "/nowhere/thumbnailer" \(from the option :executable\))

    System.put_env("THUMBNAILER_EXECUTABLE", "/nowhere/else")
    assert {:error, message} = Executable.find(nil)
    assert message =~ ~s("/nowhere/else" \(from THUMBNAILER_EXECUTABLE\))
  end

  test "without either it is the one in priv" do
    System.put_env("THUMBNAILER_EXECUTABLE", "")
    in_priv = Application.app_dir(:thumbnailer, "priv/thumbnailer")

    case Executable.find(nil) do
      {:ok, path} -> assert path == in_priv
      {:error, message} -> assert message =~ in_priv
    end
  end

  test "a folder is no program" do
    assert {:error, _} = Executable.find(System.tmp_dir!())
  end
end
