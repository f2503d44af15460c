defmodule Thumbnailer.PortBuild.CMakeTest do
  # What is said while `mix compile` builds, here with a small project; that of the library is in test/package.
  use ExUnit.Case, async: true

  import ExUnit.CaptureIO
  import Thumbnailer.Fixtures

  alias Thumbnailer.PortBuild.{CMake, Stage}

  @project """
  cmake_minimum_required(VERSION 3.20)
  project(small C)
  message(STATUS "a line of the configuration")
  add_executable(thumbnailer main.c)
  install(TARGETS thumbnailer DESTINATION . COMPONENT port)
  """

  setup do
    top = folder()
    root = Path.join(top, "root")
    File.mkdir_p!(root)
    File.write!(root <> "/CMakeLists.txt", @project)
    File.write!(root <> "/main.c", "int main(void) { return 0; }\n")
    {:ok, root: root, directory: top <> "/build", prefix: top <> "/priv"}
  end

  defp build(context, verbose?) do
    me = self()
    say = &send(me, {:said, &1})
    result = CMake.build(context.root, context.directory, context.prefix, [], say, verbose?)
    {result, said()}
  end

  defp said do
    receive do
      {:said, line} -> [line | said()]
    after
      0 -> []
    end
  end

  test "each stage is said with its log, which has what CMake says",
       %{directory: directory} = context do
    assert {:ok, lines} = build(context, false)

    assert lines == [
             "  configure: find the compiler and the libraries, fetch libvips; the log is #{directory}/configure.log",
             "  build: compile and link; the log is #{directory}/build.log",
             "  install: copy the program and its libraries; the log is #{directory}/install.log"
           ]

    assert File.read!(directory <> "/configure.log") =~ "a line of the configuration"
    assert File.read!(directory <> "/build.log") =~ "main.c.o"
    assert File.read!(directory <> "/install.log") =~ "#{context.prefix}/./thumbnailer"
  end

  test "an error is what the stage said that failed", context do
    File.write!(context.root <> "/main.c", "int main(void) { return broken; }\n")
    assert {{:error, message}, [_configure, _build]} = build(context, false)
    assert message =~ "could not be built"
    assert message =~ "broken"
    refute message =~ "a line of the configuration"
  end

  test "where it is wanted, what CMake says is shown", context do
    shown = capture_io(fn -> assert {:ok, []} = build(context, true) end)
    assert shown =~ "a line of the configuration"
    assert shown =~ "main.c.o"
  end

  test "how far a build is is said when time has passed, and only then", context do
    assert {:ok, _lines} = build(context, false)
    me = self()

    for {every, expected} <- [{0, ~r/^  build: (\d+ of \d+|\d+ %)$/}, {3_600_000, nil}] do
      File.touch!(context.root <> "/main.c", System.os_time(:second) + 10)
      stage = {"build", "compile", ["--build", context.directory]}
      assert Stage.run(stage, context.directory, &send(me, {:said, &1}), every) == :ok
      [_begin | lines] = said()
      if expected, do: assert(hd(lines) =~ expected), else: assert(lines == [])
    end
  end

  test "the last line in which Ninja or Make counts says how far it is" do
    assert Stage.progress("[12/180] a\n[13/180] b\na warning") == "13 of 180"
    assert Stage.progress("[ 45%] Building CXX object") == "45 %"
    assert Stage.progress("-- Found [1/2] libseccomp\n") == nil
  end
end
