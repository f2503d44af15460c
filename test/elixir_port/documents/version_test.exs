defmodule Thumbnailer.Documents.VersionTest do
  # The library and its program have one version, wherever it is written.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  # docs/performance.md names the version that was measured.
  @places %{
    "CMakeLists.txt" => ~r/^project\(thumbnailer VERSION (\S+)/m,
    "port/config/config.h" => ~r/kProgramVersion = "(.*)";/,
    "CHANGELOG.md" => ~r/^## \[(\d[^]]*)\]/m,
    "docs/installation.md" => ~r/(?:tag: "v|lib\/thumbnailer-)([\d.]+\d)/,
    "docs/protocol.md" => ~r/protocol => 1, version => <<"(.*?)">>/,
    "docs/thumbnailer.1" => ~r/"thumbnailer (.*?)" "User Commands"/
  }

  test "every place says the version of mix.exs" do
    version = Mix.Project.config()[:version]

    for {path, pattern} <- @places do
      said = for [_, said] <- Regex.scan(pattern, File.read!(root(path))), do: said
      # The releases before the last are in the changelog as well.
      said = if path == "CHANGELOG.md", do: Enum.take(said, 1), else: Enum.uniq(said)
      assert {path, said} == {path, [version]}
    end
  end

  test "the dependency that the README shows takes this version" do
    [_, requirement] = Regex.run(~r/{:thumbnailer, "(.*?)"}/, File.read!(root("README.md")))
    version = Version.parse!(Mix.Project.config()[:version])
    assert requirement == "~> #{version.major}.#{version.minor}"
  end

  @tag :real
  test "the program is of that version" do
    {:ok, %{version: version}} = Thumbnailer.info()
    assert version == Mix.Project.config()[:version]
  end
end
