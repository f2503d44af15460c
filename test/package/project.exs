defmodule Thumbnailer.Package.Project do
  @moduledoc false
  # A Mix project of a user in a temporary folder, and what is done in it.
  #
  # The program is compiled once: all projects have the sources at the same place relative to their build folder, so
  # ccache, when it is there, knows each file again. Without optimisation, which is not what is tested here.

  import ExUnit.Assertions

  @root Path.expand("../..", __DIR__)

  @doc "A path in the checkout that is tested."
  def root(path), do: Path.join(@root, path)

  @doc "A folder that ends with the test, below one that all share."
  def folder do
    path = Path.join(base(), "#{System.unique_integer([:positive])}")
    File.mkdir_p!(path)
    ExUnit.Callbacks.on_exit(fn -> File.rm_rf!(path) end)
    path
  end

  @doc "Writes files, given by their paths; yields the folder."
  def write!(folder, files) do
    for {path, content} <- files do
      path = Path.join(folder, path)
      File.mkdir_p!(Path.dirname(path))
      File.write!(path, content)
    end

    folder
  end

  @doc "A mix.exs; `project` and `application` are what stands in the lists of the same name."
  def mix_exs(module, project, application \\ "extra_applications: [:logger]") do
    """
    defmodule #{module}.MixProject do
      use Mix.Project
      def project, do: [version: "1.0.0", elixir: "~> 1.14", #{project}]
      def application, do: [#{application}]
    end
    """
  end

  @doc "The files of the working tree that belong to the repository, committed or not."
  def copy_checkout!(folder) do
    {names, 0} =
      System.cmd("git", ~w(ls-files -z --cached --others --exclude-standard), cd: @root)

    for name <- String.split(names, <<0>>, trim: true), File.exists?(root(name)) do
      File.mkdir_p!(Path.dirname(Path.join(folder, name)))
      File.cp!(root(name), Path.join(folder, name))
    end

    folder
  end

  @doc "Runs a program and yields what it said; its status must be `status`."
  def run!(program, arguments, folder, opts \\ []) do
    {output, status} = run(program, arguments, folder, opts)
    wanted = Keyword.get(opts, :status, 0)

    assert status == wanted,
           "#{program} #{Enum.join(arguments, " ")} ended with #{status}:\n#{output}"

    output
  end

  def mix!(arguments, folder, opts \\ []), do: run!("mix", arguments, folder, opts)

  @doc "As `run!/4`, with nothing in the environment but what is given."
  def run_bare!(program, arguments, folder, environment) do
    assignments = for {name, value} <- environment, do: "#{name}=#{value}"
    run!("/usr/bin/env", ["-i" | assignments] ++ [program | arguments], folder)
  end

  defp run(program, arguments, folder, opts) do
    System.cmd(program, arguments,
      cd: folder,
      stderr_to_stdout: true,
      env: environment() ++ Keyword.get(opts, :env, [])
    )
  end

  # A user's shell: nothing of what script/env and an outer Mix say.
  defp environment do
    [
      {"THUMBNAILER_EXECUTABLE", nil},
      {"THUMBNAILER_BUILD", nil},
      {"THUMBNAILER_BUILD_FOLDER", nil},
      {"MIX_ENV", nil},
      {"MIX_DEPS_PATH", nil},
      {"MIX_BUILD_PATH", nil},
      {"LC_ALL", "C.UTF-8"},
      # No flags at all are a build type, too.
      {"CMAKE_BUILD_TYPE", "Quick"},
      {"CXX", "g++"},
      {"CXXFLAGS", "-DTHUMBNAILER_PACKAGE_TEST"}
      | ccache()
    ]
  end

  defp ccache do
    if System.find_executable("ccache") do
      [
        {"CMAKE_CXX_COMPILER_LAUNCHER", "ccache"},
        {"CCACHE_BASEDIR", base()},
        {"CCACHE_NOHASHDIR", "1"}
      ]
    else
      []
    end
  end

  @doc "The folder of all projects; short, for the files in it are named on many command lines."
  def base, do: Path.join(System.tmp_dir!(), "thumbnailer-package-#{System.pid()}")
end
