defmodule Thumbnailer.Package.EscriptTest do
  # An escript has no priv folder, so it is told where the program is. Nothing is built here.
  use ExUnit.Case, async: false

  import Thumbnailer.Package.Project

  setup_all do
    program = built()

    folder =
      write!(folder(), %{
        "mix.exs" =>
          mix_exs("Tool", """
          app: :tool,
          escript: [main_module: Tool],
          deps: [{:thumbnailer, path: "deps/thumbnailer"}]
          """),
        "lib/tool.ex" => """
        defmodule Tool do
          def main(["batch" | arguments]), do: Thumbnailer.Batch.CLI.main(arguments)

          def main([image | executable]) do
            opts = for path <- executable, do: {:executable, path}
            {:ok, _} = Thumbnailer.start_link([name: Tool.Thumbs] ++ opts)

            case Thumbnailer.make(image, 50, on: Tool.Thumbs, timeout: 20_000) do
              {:ok, thumbnail} -> IO.puts("made \#{thumbnail.width}x\#{thumbnail.height}")
              {:error, error} -> IO.puts("\#{error.reason}: \#{Exception.message(error)}")
            end
          end
        end
        """
      })

    run!(root("script/package"), ["deps/thumbnailer"], folder)
    built = mix!(["escript.build"], folder, env: [{"THUMBNAILER_EXECUTABLE", program}])
    {:ok, folder: folder, program: program, built: built}
  end

  # The one that the other suites test.
  defp built do
    System.get_env("THUMBNAILER_EXECUTABLE") || root("build/thumbnailer")
  end

  defp tool!(context, arguments, environment) do
    run!("escript", ["tool", root("samples/images/photo.jpg") | arguments], context.folder,
      env: environment
    )
  end

  test "with THUMBNAILER_EXECUTABLE set nothing is built", %{folder: folder, built: built} do
    refute built =~ "Building the port program"
    refute File.exists?(Path.join(folder, "_build/dev/lib/thumbnailer/priv/thumbnailer"))
  end

  test "the program is found by THUMBNAILER_EXECUTABLE and by the option :executable", context do
    assert tool!(context, [], [{"THUMBNAILER_EXECUTABLE", context.program}]) =~ "made 50x38"
    assert tool!(context, [context.program], []) =~ "made 50x38"
  end

  test "a batch reads its list from standard input", context do
    for {input, number} <- [{"cat list | BATCH", 1}, {"BATCH < list", 2}] do
      out = Path.join(context.folder, "out#{number}")
      photos = for name <- ["a.jpg", "ü.jpg"], do: Path.join(context.folder, name)
      for photo <- photos, do: File.cp!(root("samples/images/photo.jpg"), photo)
      File.write!(Path.join(context.folder, "list"), Enum.map(photos, &[&1, ?\n]))
      command = String.replace(input, "BATCH", "escript tool batch - --flat --quiet --out #{out}")
      environment = [{"THUMBNAILER_EXECUTABLE", context.program}]
      run!("/bin/sh", ["-c", command], context.folder, env: environment)
      assert out |> File.ls!() |> Enum.sort() == [".thumbnailer", "a.jpg", "ü.jpg"]
    end
  end

  test "without either it says what to set", context do
    output = tool!(context, [], [])
    assert output =~ "unavailable"
    assert output =~ "THUMBNAILER_EXECUTABLE"
  end
end
