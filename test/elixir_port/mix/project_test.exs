defmodule Thumbnailer.Mix.ProjectTest do
  # What mix.exs says to the projects that depend on the library.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  # In a BEAM of its own: a project that is loaded becomes the current one.
  defp deps(before) do
    code = """
    Mix.start()
    #{before}
    Code.require_file("mix.exs")
    IO.write(inspect(Mix.Project.config()[:deps], limit: :infinity))
    """

    {output, 0} =
      System.cmd("elixir", ["-e", code],
        cd: root("elixir_port"),
        stderr_to_stdout: true,
        env: [{"MIX_ENV", "prod"}, {"MIX_ARCHIVES", folder()}]
      )

    {deps, _binding} = Code.eval_string(output)
    deps
  end

  test "where Hex is, each package that the library can use is an optional dependency" do
    deps = deps("defmodule Hex, do: nil")
    optional = for {name, _requirement, [optional: true]} <- deps, do: name
    assert Enum.sort(optional) == [:kino, :plug, :telemetry, :telemetry_metrics]

    # Whatever else there is stays in this project.
    for {name, _requirement, opts} <- deps, name not in optional, do: assert(opts[:only] == :dev)
  end

  test "where Hex is not, the library compiles without it" do
    assert deps("") == []
  end
end
