defmodule Thumbnailer.Package.ReleaseTest do
  # The repository as a git dependency, compiled for production and released; the tarball is unpacked in an empty folder
  # and run with nothing around it: no Mix, no CMake, no sources, no environment.
  use ExUnit.Case, async: false

  import Thumbnailer.Package.Project

  # What the start script of a release needs, all of it of every Linux.
  @tools ~w(sh cat cut dirname basename readlink sed grep od tr awk mkdir rm ls env head)

  setup_all do
    checkout = copy_checkout!(folder())
    git!(~w(init --quiet --initial-branch main), checkout)
    git!(~w(add --all), checkout)
    git!(~w(commit --quiet --message sources), checkout)

    project =
      write!(folder(), %{
        "mix.exs" =>
          mix_exs("App", """
          app: :app,
          deps: [
            {:kino, path: "kino"},
            {:thumbnailer, git: "file://#{checkout}", branch: "main", subdir: "elixir_port"}
          ],
          releases: [app: [steps: [:assemble, :tar]]]
          """),
        "lib/app.ex" => """
        defmodule App do
          def run(image) do
            {:ok, _started} = Application.ensure_all_started(:thumbnailer)
            {:ok, thumbnail} = Thumbnailer.make(image, 50)
            {:image, "image/jpeg", bytes} = Kino.Render.to_livebook(thumbnail)
            true = bytes == thumbnail.data
            IO.puts("consolidated: \#{Protocol.consolidated?(Kino.Render)}")
            IO.puts("executable: \#{inspect(Thumbnailer.Port.Executable.find(nil))}")
          end
        end
        """,
        "kino/mix.exs" => mix_exs("Kino", "app: :kino"),
        "kino/lib/kino.ex" => """
        defprotocol Kino.Render do
          @fallback_to_any true
          def to_livebook(term)
        end

        defimpl Kino.Render, for: Any do
          def to_livebook({:image, _type, _bytes} = shown), do: shown
          def to_livebook(term), do: {:inspected, term}
        end

        defmodule Kino.Image do
          def new(bytes, type), do: {:image, type, bytes}
        end
        """
      })

    mix!(["deps.get"], project)
    mix!(["release", "--quiet"], project, env: [{"MIX_ENV", "prod"}])
    place = folder()
    tarball = Path.join(project, "_build/prod/app-1.0.0.tar.gz")
    run!("tar", ["-xzf", tarball], place)
    image = Path.join(place, "photo.jpg")
    File.cp!(root("samples/images/photo.jpg"), image)

    for source <- [checkout, project], do: File.rm_rf!(source)
    {:ok, place: place, image: image, bin: tools(place)}
  end

  defp git!(arguments, folder),
    do: run!("git", ~w(-c user.name=test -c user.email=test@localhost) ++ arguments, folder)

  defp tools(place) do
    bin = Path.join(place, "tools")
    File.mkdir_p!(bin)

    for tool <- @tools,
        path = System.find_executable(tool),
        do: File.ln_s!(path, Path.join(bin, tool))

    bin
  end

  defp eval!(context, code) do
    run_bare!(Path.join(context.place, "bin/app"), ["eval", code], context.place,
      PATH: context.bin,
      HOME: context.place,
      LC_ALL: "C.UTF-8"
    )
  end

  test "a thumbnail is made by the program in the release, and Livebook shows it", context do
    output = eval!(context, "App.run(#{inspect(context.image)})")
    assert output =~ "consolidated: true"
    assert output =~ ~r/executable: \{:ok, "#{context.place}.*\/priv\/thumbnailer"\}/
  end

  test "the doctor finds nothing wrong with it, and says so in its status", context do
    output = eval!(context, "Thumbnailer.Doctor.main()")
    assert output =~ ~r/^ok +program +#{context.place}/m
    assert output =~ ~r/^ok +webp/m
  end

  # The names of the thumbnails that a batch makes of a list on its standard input, which `input` is for a shell: BATCH is the batch.
  defp batch!(context, input) do
    out = folder()
    code = "Thumbnailer.Batch.CLI.main([\"-\", \"--out\", \"#{out}\", \"--flat\", \"--quiet\"])"
    command = String.replace(input, "BATCH", "bin/app eval '#{code}'")

    run_bare!(Path.join(context.bin, "sh"), ["-c", command], context.place,
      PATH: context.bin,
      HOME: context.place,
      LC_ALL: "C.UTF-8"
    )

    out |> File.ls!() |> Enum.reject(&String.starts_with?(&1, ".")) |> Enum.sort()
  end

  test "a batch reads its list from standard input, whatever that is", context do
    photos = Path.join(context.place, "photos")
    File.mkdir_p!(photos)
    names = ["a.jpg", "b\nc.jpg", "ü 漢.jpg"]
    for name <- names, do: File.cp!(context.image, Path.join(photos, name))
    list = Path.join(context.place, "list")
    File.write!(list, for(name <- names, do: ["photos/", name, 0]))
    sleep = System.find_executable("sleep")

    assert batch!(context, "cat list | BATCH") == names
    assert batch!(context, "BATCH < list") == names
    assert batch!(context, "(#{sleep} 3; cat list) | BATCH") == names

    assert batch!(context, "printf 'photos/a.jpg\\nphotos/ü 漢.jpg' | BATCH") == [
             "a.jpg",
             "ü 漢.jpg"
           ]

    assert batch!(context, "printf 'photos/a.jpg' | ERL_FLAGS=-noinput BATCH") == ["a.jpg"]
  end

  test "a folder of priv is named after the version: what is written there the next deploy has not",
       context do
    output = eval!(context, ~s|IO.puts("in: " <> Application.app_dir(:app, "priv/uploads"))|)
    assert output =~ "in: #{context.place}/lib/app-1.0.0/priv/uploads"
  end

  test "what it was built from is not in it", context do
    [priv] = Path.wildcard(Path.join(context.place, "lib/thumbnailer-*"))
    assert Enum.sort(File.ls!(priv)) == ["ebin", "priv"]
    assert "thumbnailer" in File.ls!(Path.join(priv, "priv"))
  end
end
