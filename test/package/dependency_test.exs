defmodule Thumbnailer.Package.DependencyTest do
  # The Hex package, put together from its `files:`, as a dependency of a new project.
  use ExUnit.Case, async: false

  import Thumbnailer.Package.Project

  @app "_build/dev/lib/thumbnailer"
  @program @app <> "/priv/thumbnailer"

  setup_all do
    folder =
      write!(folder(), %{
        "mix.exs" =>
          mix_exs("App", ~s(app: :app, deps: [{:thumbnailer, path: "deps/thumbnailer"}])),
        "lib/app.ex" => """
        defmodule App do
          def run(image) do
            {:ok, %{width: 50, format: :jpeg, data: <<0xFF, 0xD8, _rest::binary>>}} = Thumbnailer.make(image, 50)
            IO.puts("made")
          end
        end
        """
      })

    run!(root("script/package"), ["deps/thumbnailer"], folder)
    built = mix!(["compile"], folder)
    # Read here, as later builds write them anew.
    logs =
      for [_line, path] <- Regex.scan(~r/^  \w+: .*; the log is (.*)$/m, built),
          do: File.read!(path)

    {:ok, folder: folder, built: built, logs: logs}
  end

  defp inside(folder, path), do: Path.join(folder, path)
  defp mtime(folder, path), do: File.stat!(inside(folder, path), time: :posix).mtime

  # A copy that is as old as what it was made from: by their times it is told what must be compiled again.
  defp save(folder) do
    run!("cp", ["-a", @app, "saved"], folder)
    inside(folder, "saved")
  end

  defp age(folder, path), do: File.touch!(inside(folder, path), 1_000_000_000)

  defp object(folder, name) do
    [path] = folder |> inside(@app <> "/port_build/**/#{name}.cpp.o") |> Path.wildcard()
    Path.relative_to(path, folder)
  end

  test "compiling the project builds the program, and thumbnails are made", %{
    folder: folder,
    built: built,
    logs: logs
  } do
    assert built =~ "Building the port program"
    refute built =~ "warning"

    assert [configure, build, install] = logs
    assert configure =~ "-- Configuring done"
    assert build =~ "quote.cpp.o"
    assert install =~ ~r{priv/(\./)?thumbnailer$}m
    # A line for each stage, and how far it is now and then.
    assert built |> String.split("\n") |> Enum.count(&String.starts_with?(&1, "  ")) < 30
    output = mix!(["run", "-e", "App.run(#{inspect(root("samples/images/photo.jpg"))})"], folder)
    assert output =~ "made"
  end

  test "the compiler and the flags of the environment are used", %{folder: folder} do
    commands = folder |> inside(@app <> "/port_build/compile_commands.json") |> File.read!()
    assert commands =~ ~r{"command": "\S*(ccache )?\S*g\+\+ .*-DTHUMBNAILER_PACKAGE_TEST}
    refute commands =~ "-O3"
  end

  test "the libraries that it needs travel with it, all but those of C and C++", %{folder: folder} do
    libraries = folder |> inside(@app <> "/priv/lib") |> File.ls!()

    if Enum.any?(libraries, &(&1 =~ "vips")) do
      dynamic = run!("readelf", ["-d", @program], folder)
      assert dynamic =~ "Library runpath: [$ORIGIN/lib]"
      # The dynamic linker itself may be among them, for what each thread has of its own.
      needed =
        for [_, name] <- Regex.scan(~r/Shared library: \[((?!ld-linux).*)\]/, dynamic), do: name

      assert Enum.sort(needed -- libraries) ==
               ~w(libc.so.6 libgcc_s.so.1 libm.so.6 libstdc++.so.6)

      refute run!("ldd", [@program], folder) =~ "not found"
    end
  end

  test "compiling again does nothing", %{folder: folder} do
    age(folder, @program)
    assert mix!(["compile"], folder) == ""
    assert mtime(folder, @program) == 1_000_000_000
  end

  test "a source that has changed is compiled, and it alone", %{folder: folder} do
    File.write!(inside(folder, "deps/thumbnailer/port/text/quote.cpp"), "\n", [:append])
    age(folder, @program)
    before = Map.new(["quote", "server"], &{&1, mtime(folder, object(folder, &1))})

    assert mix!(["compile"], folder) =~ "Building the port program"
    assert mtime(folder, @program) > 1_000_000_000
    assert mtime(folder, object(folder, "quote")) > before["quote"]
    assert mtime(folder, object(folder, "server")) == before["server"]
    assert mix!(["compile"], folder) == ""
  end

  test "a program that is gone is built again", %{folder: folder} do
    File.rm!(inside(folder, @program))
    assert mix!(["compile"], folder) =~ "Building the port program"
    assert File.regular?(inside(folder, @program))
  end

  test "a source that does not compile is an error with what the compiler says", %{folder: folder} do
    path = inside(folder, "deps/thumbnailer/port/text/quote.cpp")
    before = File.read!(path)
    File.write!(path, "int broken = \"text\";\n", [:append])
    output = mix!(["compile"], folder, status: 1)
    assert output =~ "The port program of :thumbnailer could not be built"
    assert output =~ "quote.cpp"
    File.write!(path, before)
    mix!(["compile"], folder)
  end

  test "mix deps.clean leaves nothing of it", %{folder: folder} do
    saved = save(folder)
    mix!(["deps.clean", "thumbnailer", "--build"], folder)
    refute File.exists?(inside(folder, @app))
    File.rename!(saved, inside(folder, @app))
  end

  test "mix clean in the library's own folder removes the program and what it was built from", %{
    folder: folder
  } do
    saved = save(folder)
    library = inside(folder, "deps/thumbnailer")
    mix!(["clean"], library, env: [{"MIX_BUILD_PATH", inside(folder, "_build/dev")}])
    refute File.exists?(inside(folder, @program))
    refute File.exists?(inside(folder, @app <> "/port_build"))
    File.rm_rf!(inside(folder, @app))
    File.rename!(saved, inside(folder, @app))
  end
end
