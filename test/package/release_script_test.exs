Code.require_file("../elixir_port/port_build/https_server.exs", __DIR__)

defmodule Thumbnailer.Package.ReleaseScriptTest do
  # script/release in a repository of its own that holds what the checkout holds; and what becomes of its package and its archive.
  use ExUnit.Case, async: false

  import Thumbnailer.Package.Project

  setup_all do
    folder = copy_checkout!(folder())
    mix_exs = File.read!(Path.join(folder, "elixir_port/mix.exs"))
    [_, version] = Regex.run(~r/@version "(.*)"/, mix_exs)

    edit!(
      folder,
      "CHANGELOG.md",
      ~r/^## .*\z/ms,
      "## [Unreleased]\n\n## [#{version}] - 2026-01-02\n\n### Added\n\n- All.\n"
    )

    git!(folder, ~w(init --quiet --initial-branch main))
    commit!(folder)
    {:ok, origin: folder, version: version}
  end

  # Each test has the repository for itself.
  setup %{origin: origin} do
    folder = Path.join(folder(), "checkout")
    git!(origin, ["clone", "--quiet", origin, folder])
    {:ok, folder: folder}
  end

  defp git!(folder, arguments),
    do: run!("git", ~w(-c user.name=test -c user.email=test@localhost) ++ arguments, folder)

  defp commit!(folder) do
    git!(folder, ~w(add --all))
    git!(folder, ~w(commit --quiet --message sources))
  end

  defp edit!(folder, path, pattern, replacement) do
    path = Path.join(folder, path)
    before = File.read!(path)
    edited = String.replace(before, pattern, replacement, global: false)
    assert edited != before
    File.write!(path, edited)
  end

  defp release!(folder, arguments \\ ["--source-only"], status \\ 0),
    do: run!(Path.join(folder, "script/release"), arguments, folder, status: status)

  defp tags(folder), do: git!(folder, ["tag"])

  test "a dry run leaves the package with its checksum, says what it would tag, and tags nothing",
       context do
    %{folder: folder, version: version} = context
    output = release!(folder)
    assert output =~ ~r/would tag [0-9a-f]+ as v#{version}/
    assert tags(folder) == ""

    target = Path.join(folder, "build/release")
    name = "thumbnailer-#{version}"
    assert run!("sha256sum", ["--check", name <> ".tar.gz.sha256"], target) =~ "OK"
    files = run!("tar", ["-tzf", name <> ".tar.gz"], target)

    for file <-
          ~w(mix.exs CMakeLists.txt port/main.cpp lib/thumbnailer.ex port_build/cmake.exs LICENSE),
        do: assert(files =~ "#{name}/#{file}\n")

    refute files =~ "/test/"
  end

  test "the same commit gives the same package", %{folder: folder} do
    checksum = fn output -> Regex.run(~r/sha256 ([0-9a-f]{64})/, output) end
    first = checksum.(release!(folder))
    run!("find", ~w(elixir_port port -exec touch {} +), folder)
    assert [_, _] = first
    assert checksum.(release!(folder)) == first
  end

  test "--tag sets the tag, and the same version is not released twice", %{
    folder: folder,
    version: version
  } do
    git!(folder, ~w(config user.name test))
    git!(folder, ~w(config user.email test@localhost))
    assert release!(folder, ["--source-only", "--tag"]) =~ "as v#{version}; to publish it"
    assert tags(folder) == "v#{version}\n"
    assert release!(folder, ["--source-only"], 1) =~ "the tag v#{version} is set already"
  end

  test "all that is wrong is said at once, and nothing is built", %{
    folder: folder,
    version: version
  } do
    edit!(folder, "CMakeLists.txt", "VERSION #{version} ", "VERSION 9.9.9 ")
    edit!(folder, "CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n- New.\n- Newer.\n")
    edit!(folder, "CHANGELOG.md", "## [#{version}]", "## [0.0.1]")
    output = release!(folder, ["--source-only"], 1)

    for said <- [
          "changes that are not committed",
          "CMakeLists.txt says version 9.9.9, elixir_port/mix.exs #{version}",
          "CHANGELOG.md has '0.0.1' on top",
          "CHANGELOG.md has 2 entries under Unreleased"
        ],
        do: assert(output =~ said)

    refute File.exists?(Path.join(folder, "build"))
  end

  test "another word than its own is refused", %{folder: folder} do
    assert release!(folder, ["--now"], 64) =~ "'--now' is not one of --tag, --source-only"
    assert release!(folder, ["sparc-linux-gnu"], 64) =~ "'sparc-linux-gnu' is not one of"
  end

  @tag :archive
  test "a project that has the package takes the archive from a server, and makes a thumbnail", %{
    folder: folder,
    version: version
  } do
    {:ok, target} = Thumbnailer.PortBuild.Precompiled.target(%{})
    release!(folder, [target])
    name = "thumbnailer-#{version}-#{target}.tar.gz"
    release = Path.join(folder, "build/release")

    server =
      Thumbnailer.HttpsServer.start(%{"/#{name}" => File.read!(Path.join(release, name))}, folder)

    project = Path.join(folder(), "project")

    write!(project, %{
      "mix.exs" =>
        mix_exs(
          "App",
          ~s(app: :app, deps: [{:thumbnailer, path: "#{release}/thumbnailer-#{version}"}])
        ),
      "config/config.exs" => """
      import Config
      config :thumbnailer, precompiled: "#{server.url}/thumbnailer-{version}-{target}.tar.gz"
      """,
      "lib/app.ex" => "defmodule App do\nend\n"
    })

    # Without a compiler and CMake, which Debian has in the same folder as all else.
    env = [
      {"HEX_CACERTS_PATH", server.authority},
      {"THUMBNAILER_CACHE", Path.join(project, "cache")},
      {"CXX", "/no/compiler"}
    ]

    said = mix!(["compile"], project, env: env)
    assert said =~ "Taking the port program of :thumbnailer from https://localhost"

    made = ~S"""
    {:ok, thumbnail} = Thumbnailer.make(hd(System.argv()), 100)
    IO.inspect({thumbnail.format, thumbnail.width, thumbnail.height})
    """

    photo = root("samples/images/photo.jpg")
    assert mix!(["run", "-e", made, photo], project, env: env) =~ "{:jpeg, 100, 75}"
  end
end
