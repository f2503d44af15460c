Code.require_file("../elixir_port/port_build/https_server.exs", __DIR__)

defmodule Thumbnailer.Package.PrecompiledTest do
  # A project whose configuration offers a program that was built elsewhere.
  use ExUnit.Case, async: false

  import Thumbnailer.Package.Project

  alias Thumbnailer.HttpsServer
  alias Thumbnailer.PortBuild.Precompiled

  @program "_build/dev/lib/thumbnailer/priv/thumbnailer"

  setup do
    folder = folder()
    {:ok, target} = Precompiled.target(%{})
    [_, version] = Regex.run(~r/@version "(.*)"/, File.read!(root("elixir_port/mix.exs")))
    name = "thumbnailer-#{version}-#{target}.tar.gz"

    script = Path.join(folder, "thumbnailer")
    File.write!(script, "#!/bin/sh\necho precompiled\n")
    File.chmod!(script, 0o755)
    path = Path.join(folder, name)

    :ok =
      :erl_tar.create(to_charlist(path), [{~c"thumbnailer", to_charlist(script)}], [:compressed])

    archive = File.read!(path)
    server = HttpsServer.start(%{"/#{name}" => archive}, folder)

    write!(folder, %{
      "mix.exs" =>
        mix_exs("App", ~s(app: :app, deps: [{:thumbnailer, path: "deps/thumbnailer"}])),
      "config/config.exs" => """
      import Config
      config :thumbnailer, precompiled: "#{server.url}/thumbnailer-{version}-{target}.tar.gz"
      """,
      "lib/app.ex" => "defmodule App do\nend\n"
    })

    run!(root("script/package"), ["deps/thumbnailer"], folder)

    env = [
      {"HEX_CACERTS_PATH", server.authority},
      {"THUMBNAILER_CACHE", Path.join(folder, "cache")},
      {"THUMBNAILER_EXECUTABLE", nil}
    ]

    {:ok, folder: folder, name: name, archive: archive, env: env}
  end

  defp list!(folder, name, bytes) do
    sum = Base.encode16(:crypto.hash(:sha256, bytes), case: :lower)

    File.write!(
      Path.join(folder, "deps/thumbnailer/port_build/checksums.txt"),
      "#{sum}  #{name}\n"
    )
  end

  test "it is taken instead of a build, and once", %{folder: folder, env: env} = context do
    list!(folder, context.name, context.archive)
    said = mix!(["compile"], folder, env: env)
    assert said =~ "Taking the port program of :thumbnailer from https://localhost"
    refute said =~ "Building"
    refute said =~ "warning"
    assert run!(Path.join(folder, @program), [], folder) == "precompiled\n"
    assert mix!(["compile"], folder, env: env) == ""
  end

  test "with a wrong checksum the project does not compile",
       %{folder: folder, env: env} = context do
    list!(folder, context.name, "something else")
    said = mix!(["compile"], folder, env: env, status: 1)
    assert said =~ "checksums.txt says"
    assert said =~ "THUMBNAILER_BUILD=1"
    refute File.exists?(Path.join(folder, @program))
  end
end
