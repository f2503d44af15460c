defmodule Thumbnailer.Package.ToolchainTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.PortBuild.{Inputs, Toolchain}

  @nerves %{
    "CROSSCOMPILE" => "/opt/bin/armv7-nerves-linux-gnueabihf",
    "CXX" => "/opt/bin/armv7-nerves-linux-gnueabihf-g++",
    "NERVES_SDK_SYSROOT" => "/opt/staging"
  }

  test "the build type and libvips are passed on" do
    assert Toolchain.definitions(%{"CMAKE_BUILD_TYPE" => "Debug", "THUMBNAILER_LIBVIPS" => ""}) ==
             ["-DCMAKE_BUILD_TYPE=Debug", "-DBUILD_TESTING=OFF"]

    assert Toolchain.definitions(%{"THUMBNAILER_LIBVIPS" => "system"}) ==
             ["-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF", "-DTHUMBNAILER_LIBVIPS=system"]
  end

  test "a cross compiler by its prefix means another processor and its headers and libraries only" do
    assert ["-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF" | cross] =
             Toolchain.definitions(@nerves)

    assert cross == [
             "-DCMAKE_SYSTEM_NAME=Linux",
             "-DCMAKE_SYSTEM_PROCESSOR=armv7",
             "-DCMAKE_SYSROOT=/opt/staging",
             "-DCMAKE_FIND_ROOT_PATH_MODE_PROGRAM=NEVER",
             "-DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY",
             "-DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY",
             "-DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=ONLY"
           ]
  end

  test "the compiler follows from the prefix where CXX does not say it" do
    alone = %{"CROSSCOMPILE" => "aarch64-linux-gnu"}
    assert "-DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++" in Toolchain.definitions(alone)
    assert Toolchain.compiler(alone) == "aarch64-linux-gnu-g++"
    assert Toolchain.compiler(@nerves) == @nerves["CXX"]
    assert Toolchain.compiler(%{}) == nil
  end

  test "a toolchain file says all of that itself" do
    environment = Map.put(@nerves, "CMAKE_TOOLCHAIN_FILE", "/opt/arm.cmake")

    assert Toolchain.definitions(environment) == [
             "-DCMAKE_BUILD_TYPE=Release",
             "-DBUILD_TESTING=OFF"
           ]

    assert Toolchain.cross?(environment)
  end

  test "another compiler, libvips or place is another build, and an unrelated variable is not" do
    root = Path.expand("../..", __DIR__)
    inputs = &Inputs.read(&1, &2).environment
    assert inputs.(root, %{"EDITOR" => "vi"}) == inputs.(root, %{})
    assert inputs.(root, %{"CXX" => "clang++"}) != inputs.(root, %{})
    assert inputs.(root, %{"THUMBNAILER_LIBVIPS" => "system"}) != inputs.(root, %{})
    assert inputs.(root <> "/port", %{}) != inputs.(root, %{})
  end

  test "a stamp that is missing, cut short or of something else is no build" do
    stamp =
      Path.join(System.tmp_dir!(), "stamp-#{System.unique_integer([:positive])}-#{System.pid()}")

    on_exit(fn -> File.rm(stamp) end)
    inputs = %{environment: [{"CXX", "g++"}], sources: []}

    refute Inputs.same?(stamp, inputs)
    Inputs.write!(stamp, inputs)
    assert Inputs.same?(stamp, inputs)
    assert Inputs.same_environment?(stamp, %{inputs | sources: [:other]})
    refute Inputs.same?(stamp, %{inputs | sources: [:other]})
    File.write!(stamp, "")
    refute Inputs.same?(stamp, inputs)
    File.write!(stamp, <<131, 100>>)
    refute Inputs.same_environment?(stamp, inputs)
  end
end
