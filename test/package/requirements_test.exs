defmodule Thumbnailer.Package.RequirementsTest do
  # What is said on machines that lack something: a PATH that holds some programs only, under names that stand for them.
  use ExUnit.Case, async: false

  import Thumbnailer.Package.Project

  alias Thumbnailer.PortBuild.Requirements

  @all ~w(cmake ninja pkg-config g++ npm apt)

  # A folder with these programs: cmake says a version, pkg-config knows and the compiler finds what it is told to.
  defp machine(programs, opts \\ []) do
    bin = folder()
    cmake = Keyword.get(opts, :cmake, "3.25.1")
    known = Keyword.get(opts, :libraries, ~w(libseccomp nettle))
    headers = Keyword.get(opts, :headers, ~w(span linux/openat2.h msgpack.hpp))

    scripts = %{
      "cmake" => ~s(echo "cmake version #{cmake}"),
      "pkg-config" => "case \"$2\" in #{Enum.join(known ++ ["-"], "|")}) ;; *) exit 1 ;; esac",
      "g++" =>
        "case \"$*\" in #{Enum.map_join(headers ++ ["-"], "|", &"*\"-include #{&1}\"*")}) ;; *) exit 1 ;; esac"
    }

    for name <- programs do
      path = Path.join(bin, name)
      File.write!(path, "#!/bin/sh\n#{Map.get(scripts, name, "")}\n")
      File.chmod!(path, 0o755)
    end

    bin
  end

  defp check(bin, environment \\ %{}, system \\ {:unix, :linux}) do
    path = System.get_env("PATH")
    System.put_env("PATH", bin)

    try do
      Requirements.check(environment, system)
    after
      System.put_env("PATH", path)
    end
  end

  test "nothing is said of a machine that has all" do
    assert @all |> machine() |> check() == :ok
  end

  test "what is missing is named, with the line for this machine that installs exactly that" do
    for {lacks, opts, packages} <- [
          {["cmake"], [], "cmake"},
          {["ninja", "npm"], [], "ninja-build npm"},
          {[], [libraries: ["libseccomp"]], "nettle-dev"},
          {[], [headers: ~w(span linux/openat2.h)], "libmsgpack-cxx-dev"},
          {[], [cmake: "3.22.1"], "cmake"},
          {["pkg-config"],
           [headers: ~w(span linux/openat2.h msgpack.hpp seccomp.h nettle/sha2.h)], "pkg-config"}
        ] do
      assert {:error, message} = (@all -- lacks) |> machine(opts) |> check()
      assert message =~ "\n    apt install #{packages}\n"
      refute message =~ "apk add"
      assert message =~ "THUMBNAILER_EXECUTABLE"
    end
  end

  test "a machine with another installer has its line, and one with none has all" do
    assert {:error, message} = ["apk"] |> machine() |> check()
    assert message =~ "apk add cmake samurai pkgconf g++"
    refute message =~ "apt install"

    assert {:error, message} = [] |> machine() |> check()

    for line <- ["apt install cmake", "apk add cmake", "brew install cmake"],
        do: assert(message =~ line)
  end

  test "libvips is npm's to fetch, the system's, or either" do
    without_npm = @all -- ["npm"]
    with_vips = [libraries: ["libseccomp", "nettle", "\"vips-cpp >= 8.14\""]]
    system = %{"THUMBNAILER_LIBVIPS" => "system"}

    assert without_npm |> machine(with_vips) |> check() == :ok
    assert without_npm |> machine(with_vips) |> check(system) == :ok
    assert {:error, message} = @all |> machine() |> check(system)
    assert message =~ "apt install libvips-dev\n"

    assert {:error, message} =
             without_npm |> machine(with_vips) |> check(%{"THUMBNAILER_LIBVIPS" => "prebuilt"})

    assert message =~ "apt install npm\n"
  end

  test "the compiler of the environment is asked, and a toolchain file is trusted" do
    bin = machine(@all ++ ["my-g++"], headers: [])
    assert {:error, message} = check(bin)
    assert message =~ "a C++20 compiler"
    # my-g++ finds everything.
    assert check(bin, %{"CXX" => "my-g++"}) == :ok
    assert check(bin, %{"CMAKE_TOOLCHAIN_FILE" => "/opt/arm.cmake"}) == :ok
  end

  test "another system than Linux is told to use a container" do
    assert {:error, message} = @all |> machine() |> check(%{}, {:unix, :darwin})
    assert message =~ "is for Linux"
    assert message =~ "docs/installation.md"
  end

  test "mix compile ends with that message, before anything is compiled" do
    folder =
      write!(folder(), %{
        "mix.exs" =>
          mix_exs("App", ~s(app: :app, deps: [{:thumbnailer, path: "deps/thumbnailer"}]))
      })

    run!(root("script/package"), ["deps/thumbnailer"], folder)
    output = mix!(["compile"], folder, status: 1, env: [{"CXX", "no-such-compiler"}])
    assert output =~ "this machine lacks\n\n  * a C++20 compiler"
    refute output =~ "Compiling"
  end
end
