defmodule Mix.Tasks.Compile.ThumbnailerPort do
  @shortdoc "Builds the C++ port program into priv"
  @moduledoc """
  Drives CMake, so that `mix compile` of an application that depends on `:thumbnailer` yields a
  working port program in the `priv` directory of `:thumbnailer`, in development and in releases alike.

  Does nothing when neither a source nor the environment has changed since the last build, and nothing at all when
  `THUMBNAILER_EXECUTABLE` names a program that was built elsewhere. Says which stage of a build it is in, and where the log of it
  is; `mix compile --verbose`, or `MIX_DEBUG=1` where it is a dependency, shows what CMake says.

  The environment variables that matter are those of `Thumbnailer.PortBuild.Toolchain`, and those of
  `Thumbnailer.PortBuild.Precompiled`, which takes a program that was built elsewhere where the configuration offers one.
  """
  use Mix.Task.Compiler

  alias Thumbnailer.PortBuild.{CMake, Inputs, Precompiled, Requirements, Toolchain}

  @impl true
  def run(arguments) do
    environment = System.get_env()
    offer = Precompiled.offer(Application.get_env(:thumbnailer, :precompiled), environment)
    inputs = Inputs.read(root(), environment, offer)

    cond do
      System.get_env("THUMBNAILER_EXECUTABLE", "") != "" -> {:noop, []}
      File.regular?(program()) and Inputs.same?(stamp(), inputs) -> {:noop, []}
      true -> make(inputs, environment, offer, "--verbose" in arguments or Mix.debug?())
    end
  end

  defp make(inputs, environment, offer, verbose?) do
    case Precompiled.find(offer, Mix.Project.config()[:version], environment) do
      {:ok, archive} -> take(archive, inputs, environment)
      :none -> build(inputs, verbose?)
      {:error, message} -> failed(message)
    end
  end

  defp take(archive, inputs, environment) do
    with :ok <- say("Taking the port program of :thumbnailer from #{archive.url}"),
         :ok <- Precompiled.install(archive, prefix(), environment) do
      Inputs.write!(stamp(), inputs)
      {:ok, []}
    else
      {:error, message} -> failed(message)
    end
  end

  @impl true
  def manifests, do: [stamp()]

  @impl true
  def clean do
    for path <- [build_directory(), program(), Path.join(prefix(), "lib"), stamp()],
        do: File.rm_rf!(path)

    :ok
  end

  defp build(inputs, verbose?) do
    # CMake keeps the compiler and the paths that it was given first.
    unless Inputs.same_environment?(stamp(), inputs), do: File.rm_rf!(build_directory())

    with :ok <- Requirements.check(System.get_env()),
         :ok <- say("Building the port program of :thumbnailer with CMake, once; about a minute"),
         :ok <- CMake.build(root(), build_directory(), prefix(), definitions(), &say/1, verbose?),
         :ok <- installed() do
      Inputs.write!(stamp(), inputs)
      {:ok, []}
    else
      {:error, message} -> failed(message)
    end
  end

  defp definitions, do: Toolchain.definitions(System.get_env())

  defp installed do
    if File.regular?(program()),
      do: :ok,
      else: {:error, "CMake ended well, but installed no #{program()}"}
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

  defp say(line), do: Mix.shell().info(line)

  # A checkout has the C++ program beside the Mix project, a package inside it.
  defp root do
    project = Path.dirname(__DIR__)

    Enum.find(
      [project, Path.dirname(project)],
      project,
      &File.exists?(Path.join(&1, "CMakeLists.txt"))
    )
  end

  # Within what `mix deps.clean` removes, and outside of what a release copies.
  defp build_directory, do: Path.join(Mix.Project.app_path(), "port_build")
  defp prefix, do: Path.join(Mix.Project.app_path(), "priv")
  defp program, do: Path.join(prefix(), "thumbnailer")
  defp stamp, do: Path.join(Mix.Project.manifest_path(), "compile.thumbnailer_port")
end
