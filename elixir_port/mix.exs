defmodule Mix.Tasks.Compile.ThumbnailerPort do
  @shortdoc "Builds the C++ port program into priv"
  @moduledoc """
  Drives CMake, so that `mix compile` of an application that depends on `:thumbnailer` yields a
  working port program in that application's `priv` directory, in development and in releases alike.

  Does nothing when no source is newer than the last build, and nothing at all when
  `THUMBNAILER_EXECUTABLE` names a program that was built elsewhere. `THUMBNAILER_LIBVIPS`
  (`auto`, `prebuilt` or `system`) is passed on to CMake.
  """
  use Mix.Task.Compiler

  @impl true
  def run(_args) do
    cond do
      System.get_env("THUMBNAILER_EXECUTABLE", "") != "" -> {:noop, []}
      up_to_date?() -> {:noop, []}
      System.find_executable("cmake") == nil -> failed(missing_cmake())
      true -> build()
    end
  end

  @impl true
  def manifests, do: [stamp()]

  @impl true
  def clean do
    File.rm_rf!(build_directory())
    File.rm_rf!(Path.join(prefix(), "thumbnailer"))
    File.rm_rf!(Path.join(prefix(), "lib"))
    File.rm(stamp())
    :ok
  end

  defp build do
    Mix.shell().info("Building the port program with CMake (THUMBNAILER_EXECUTABLE skips this)")

    with :ok <- cmake(["-S", root(), "-B", build_directory()] ++ definitions() ++ generator()),
         :ok <- cmake(["--build", build_directory(), "--target", "thumbnailer", "--parallel"]),
         :ok <-
           cmake(["--install", build_directory(), "--component", "port", "--prefix", prefix()]) do
      finish(File.regular?(program()))
    else
      {:error, output} -> failed("the port program could not be built:\n\n" <> output)
    end
  end

  defp finish(true) do
    File.mkdir_p!(Path.dirname(stamp()))
    File.touch!(stamp())
    {:ok, []}
  end

  defp finish(false), do: failed("CMake ended well, but installed no #{program()}")

  defp definitions do
    libvips =
      case System.get_env("THUMBNAILER_LIBVIPS", "") do
        "" -> []
        origin -> ["-DTHUMBNAILER_LIBVIPS=" <> origin]
      end

    ["-DCMAKE_BUILD_TYPE=Release", "-DBUILD_TESTING=OFF" | libvips]
  end

  # The generator of a build directory cannot change afterwards.
  defp generator do
    if System.find_executable("ninja") && not File.exists?(build_directory()),
      do: ["-G", "Ninja"],
      else: []
  end

  defp cmake(arguments) do
    case System.cmd("cmake", arguments, stderr_to_stdout: true) do
      {_output, 0} -> :ok
      {output, _status} -> {:error, output}
    end
  end

  defp failed(message) do
    Mix.shell().error(message)

    {:error,
     [
       %Mix.Task.Compiler.Diagnostic{
         compiler_name: "thumbnailer_port",
         file: Path.join(root(), "CMakeLists.txt"),
         message: message,
         position: 0,
         severity: :error
       }
     ]}
  end

  defp missing_cmake do
    """
    cmake was not found. The port program of :thumbnailer is written in C++ and needs cmake, a C++20
    compiler and pkg-config to build. On Debian and Ubuntu:

        apt install cmake ninja-build g++ pkg-config libvips-dev libmsgpack-cxx-dev

    Or set THUMBNAILER_EXECUTABLE to a thumbnailer that is built already.
    """
  end

  defp up_to_date? do
    with true <- File.regular?(program()),
         {:ok, %{mtime: built}} <- File.stat(stamp()) do
      Enum.all?(sources(), &(File.stat!(&1).mtime <= built))
    else
      _ -> false
    end
  end

  defp sources do
    for name <- ["CMakeLists.txt", "port", "cmake"],
        path = Path.join(root(), name),
        file <- [path | Path.wildcard(Path.join(path, "**"))],
        File.regular?(file),
        do: file
  end

  # A checkout has the C++ program beside the Mix project, a package inside it.
  defp root do
    [__DIR__, Path.dirname(__DIR__)]
    |> Enum.find(Path.dirname(__DIR__), &File.exists?(Path.join(&1, "CMakeLists.txt")))
  end

  defp build_directory, do: Path.join(Mix.Project.build_path(), "thumbnailer_port")
  defp prefix, do: Path.join(Mix.Project.app_path(), "priv")
  defp program, do: Path.join(prefix(), "thumbnailer")
  defp stamp, do: Path.join(Mix.Project.manifest_path(), "compile.thumbnailer_port")
end

defmodule Thumbnailer.MixProject do
  use Mix.Project

  @version "0.1.0"

  def project do
    [
      app: :thumbnailer,
      version: @version,
      elixir: "~> 1.14",
      start_permanent: Mix.env() == :prod,
      compilers: [:thumbnailer_port] ++ Mix.compilers(),
      elixirc_paths: elixirc_paths(Mix.env()),
      test_paths: ["../test/elixir_port"],
      deps: [],
      dialyzer: [flags: [:error_handling, :extra_return, :missing_return, :unmatched_returns]],
      name: "Thumbnailer",
      description: "Crash-proof, sandboxed, fast thumbnails: libvips in an OS process of its own",
      package: package(),
      docs: [main: "Thumbnailer", source_ref: "v" <> @version]
    ]
  end

  def application do
    [
      mod: {Thumbnailer.Application, []},
      extra_applications: [:logger, :crypto, telemetry: :optional]
    ]
  end

  defp elixirc_paths(:test), do: ["lib", Path.expand("../test/elixir_port/support", __DIR__)]
  defp elixirc_paths(_env), do: ["lib"]

  defp package do
    [
      licenses: ["MIT"],
      maintainers: ["The Thumbnailer authors"],
      files: ["lib", "mix.exs", ".formatter.exs"],
      links: %{}
    ]
  end
end
