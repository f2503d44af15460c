defmodule Thumbnailer.Package.UmbrellaTest do
  # Two applications of an umbrella that both depend on the library: one program, built once.
  use ExUnit.Case, async: false

  import Thumbnailer.Package.Project

  setup_all do
    child = fn name, deps ->
      %{
        "apps/#{name}/mix.exs" =>
          mix_exs(Macro.camelize(name), """
          app: :#{name},
          build_path: "../../_build",
          deps_path: "../../deps",
          lockfile: "../../mix.lock",
          deps: [{:thumbnailer, path: "../../deps/thumbnailer"}#{deps}]
          """),
        "apps/#{name}/lib/#{name}.ex" => """
        defmodule #{Macro.camelize(name)} do
          def run(image), do: Thumbnailer.make(image, 50)
        end
        """
      }
    end

    files =
      child.("one", "")
      |> Map.merge(child.("two", ", {:one, in_umbrella: true}"))
      |> Map.put("mix.exs", """
      defmodule Umbrella.MixProject do
        use Mix.Project
        def project, do: [apps_path: "apps", version: "1.0.0", deps: []]
      end
      """)

    folder = write!(folder(), files)
    run!(root("script/package"), ["deps/thumbnailer"], folder)
    {:ok, folder: folder, built: mix!(["compile"], folder)}
  end

  test "the program is built once for all applications", %{folder: folder, built: built} do
    assert length(String.split(built, "Building the port program")) == 2
    refute mix!(["compile"], folder) =~ "Building"
  end

  test "each makes thumbnails, from the umbrella and from its own folder", %{folder: folder} do
    image = inspect(root("samples/images/photo.jpg"))

    for {place, module} <- [{".", "One"}, {".", "Two"}, {"apps/two", "Two"}] do
      code = "{:ok, %{width: 50}} = #{module}.run(#{image}); IO.puts(:made)"
      assert mix!(["run", "-e", code], Path.join(folder, place)) =~ "made"
    end
  end
end
