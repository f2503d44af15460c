defmodule Thumbnailer.PortBuild.CMake do
  @moduledoc false
  # Runs CMake: configure, build the program, install it and the libraries that travel with it. Says which of these it does; what CMake
  # says goes to a log of each beside what is built, or is shown where the user wants it.

  alias Thumbnailer.PortBuild.Stage

  @doc """
  Builds `root` in `directory` and installs the program to `prefix`; an error is what CMake said.

  `say` gets lines for the user; `verbose?` shows what CMake says in place of them.
  """
  @spec build(Path.t(), Path.t(), Path.t(), [String.t()], (String.t() -> term), boolean) ::
          :ok | {:error, String.t()}
  def build(root, directory, prefix, definitions, say, verbose?) do
    jobs = System.get_env("CMAKE_BUILD_PARALLEL_LEVEL") || "#{System.schedulers_online()}"

    stages = [
      {"configure", "find the compiler and the libraries, fetch libvips",
       ["-S", root, "-B", directory | definitions ++ generator(directory)]},
      {"build", "compile and link",
       ~w(--build #{directory} --target thumbnailer --parallel #{jobs})},
      {"install", "copy the program and its libraries",
       ["--install", directory, "--component", "port", "--prefix", prefix]}
    ]

    Enum.reduce_while(stages, :ok, fn stage, :ok ->
      result = if verbose?, do: show(stage), else: Stage.run(stage, directory, say)
      {if(result == :ok, do: :cont, else: :halt), result}
    end)
  end

  defp show({_name, _what, arguments}) do
    case System.cmd("cmake", arguments, stderr_to_stdout: true, into: IO.stream()) do
      {_shown, 0} -> :ok
      {_shown, status} -> {:error, "cmake ended with status #{status}"}
    end
  end

  # The generator of a build directory cannot change afterwards, and the user's own choice comes first.
  defp generator(directory) do
    if System.find_executable("ninja") && System.get_env("CMAKE_GENERATOR", "") == "" &&
         not File.exists?(Path.join(directory, "CMakeCache.txt")),
       do: ["-G", "Ninja"],
       else: []
  end
end
