defmodule Thumbnailer.OS.ExitStatusTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.OS.ExitStatus

  test "a status is a number" do
    assert ExitStatus.describe(0) == "exit status 0"
    assert ExitStatus.details(65) == %{exit_status: 65}
  end

  test "a status from 128 on is a signal where it has a name" do
    assert ExitStatus.describe(139) == "killed by SIGSEGV"
    assert ExitStatus.details(137) == %{exit_status: 137, signal: :kill}
    assert ExitStatus.describe(255) == "exit status 255"
  end

  test "a status that the program has a meaning for is told with it" do
    assert ExitStatus.describe(64) =~ "exit status 64: it does not accept its options"
    assert ExitStatus.describe(69) =~ "the sandbox that is required"
  end

  test "what closes a port without a status is told in words" do
    assert ExitStatus.describe(:epipe) == "it closed its input"
    assert ExitStatus.describe(:enomem) == ":enomem"
    assert ExitStatus.details(:epipe) == %{}
  end

  test "only what the program says of its command line and its sandbox is permanent" do
    for status <- [64, 69], do: assert(ExitStatus.permanent?(status))
    for status <- [0, 1, 65, 70, 137, :epipe], do: refute(ExitStatus.permanent?(status))
  end
end
