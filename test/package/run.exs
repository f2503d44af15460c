# Runs the tests of this folder, or those that are named:
#
#   elixir test/package/run.exs [FILE_test.exs...]
#
# With THUMBNAILER_ARCHIVE=1 also those that build an archive of the program first, which takes minutes: before a release.
#
# Each makes Mix projects in a temporary folder and runs Mix, releases and scripts there, as a user would.

Mix.start()
here = __DIR__

for part <- ~w(toolchain inputs requirements stage cmake precompiled compile_task),
    do: Code.require_file("../../elixir_port/port_build/#{part}.exs", here)

Code.require_file("project.exs", here)

archive? = System.get_env("THUMBNAILER_ARCHIVE") == "1"
ExUnit.start(timeout: 900_000, exclude: if(archive?, do: [], else: [:archive]))
ExUnit.after_suite(fn _result -> File.rm_rf!(Thumbnailer.Package.Project.base()) end)

files =
  case System.argv() do
    [] -> here |> Path.join("*_test.exs") |> Path.wildcard()
    names -> Enum.map(names, &Path.expand/1)
  end

Enum.each(files, &Code.require_file/1)
