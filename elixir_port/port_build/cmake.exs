defmodule Thumbnailer.PortBuild.CMake do
  @moduledoc false
  # Runs CMake: configure, build the program, install it and the libraries that travel with it.

  @doc "Builds `root` in `directory` and installs the program to `prefix`; an error is what CMake said."
  @spec build(Path.t(), Path.t(), Path.t(), [String.t()], boolean) :: :ok | {:error, String.t()}
  def build(root, directory, prefix, definitions, verbose?) do
    jobs = System.get_env("CMAKE_BUILD_PARALLEL_LEVEL") || "#{System.schedulers_online()}"

    with :ok <-
           run(["-S", root, "-B", directory | definitions ++ generator(directory)], verbose?),
         :ok <- run(~w(--build #{directory} --target thumbnailer --parallel #{jobs}), verbose?),
         do: run(["--install", directory, "--component", "port", "--prefix", prefix], verbose?)
  end

  # The generator of a build directory cannot change afterwards, and the user's own choice comes first.
  defp generator(directory) do
    if System.find_executable("ninja") && System.get_env("CMAKE_GENERATOR", "") == "" &&
         not File.exists?(Path.join(directory, "CMakeCache.txt")),
       do: ["-G", "Ninja"],
       else: []
  end

  defp run(arguments, verbose?) do
    into = if verbose?, do: IO.stream(), else: ""

    case System.cmd("cmake", arguments, stderr_to_stdout: true, into: into) do
      {_output, 0} -> :ok
      {output, status} -> {:error, failure(status, output, verbose?)}
    end
  end

  defp failure(status, _shown, true), do: "cmake ended with status #{status}"

  defp failure(_status, output, false),
    do: "The port program of :thumbnailer could not be built:\n\n" <> output
end
