Code.require_file("https_server.exs", __DIR__)

defmodule Thumbnailer.PortBuild.PrecompiledTest do
  # With a server on this host that speaks HTTPS, and an authority of its own.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.HttpsServer
  alias Thumbnailer.PortBuild.Precompiled

  @name "thumbnailer-1.2.3-x86_64-linux-gnu.tar.gz"
  @crossed %{"CROSSCOMPILE" => "x86_64-linux-gnu"}

  setup do
    folder = folder()

    archive =
      archive(folder, %{
        "thumbnailer" => "#!/bin/sh\necho new\n",
        "lib/libvips.so.42" => "library"
      })

    {:ok, folder: folder, archive: archive}
  end

  defp archive(folder, files) do
    entries =
      for {name, content} <- files do
        path = Path.join([folder, "content", name])
        File.mkdir_p!(Path.dirname(path))
        File.write!(path, content)
        File.chmod!(path, 0o755)
        {String.to_charlist(name), String.to_charlist(path)}
      end

    path = Path.join(folder, "made.tar.gz")
    :ok = :erl_tar.create(String.to_charlist(path), entries, [:compressed])
    File.read!(path)
  end

  # What the server has, what checksums.txt says of it, and what becomes of it.
  defp install(context, served, listed, more \\ %{}) do
    server = HttpsServer.start(%{"/v1.2.3/#{@name}" => served}, context.folder)
    checksums = Path.join(context.folder, "checksums.txt")

    File.write!(
      checksums,
      "#{Base.encode16(:crypto.hash(:sha256, listed), case: :lower)}  #{@name}\n"
    )

    prefix = Path.join(context.folder, "priv")

    environment =
      Map.merge(
        %{
          "HEX_CACERTS_PATH" => server.authority,
          "THUMBNAILER_CACHE" => Path.join(context.folder, "cache")
        },
        more
      )

    offer = server.url <> "/v{version}/thumbnailer-{version}-{target}.tar.gz"
    {:ok, archive} = Precompiled.find(offer, "1.2.3", Map.merge(environment, @crossed), checksums)
    {Precompiled.install(archive, prefix, environment), prefix}
  end

  defp installed(prefix), do: if(File.dir?(prefix), do: Enum.sort(File.ls!(prefix)), else: [])

  test "an archive with the right checksum is put in place, and can be run",
       %{archive: archive} = context do
    assert {:ok, prefix} = install(context, archive, archive)
    assert installed(prefix) == ["lib", "thumbnailer"]
    assert {"new\n", 0} = System.cmd(Path.join(prefix, "thumbnailer"), [])
    assert File.ls!(Path.join(prefix, "lib")) == ["libvips.so.42"]
  end

  test "one that was taken before comes from the cache", %{archive: archive} = context do
    assert {:ok, prefix} = install(context, archive, archive)
    File.rm_rf!(prefix)
    assert {:ok, ^prefix} = install(context, nil, archive)
    assert installed(prefix) == ["lib", "thumbnailer"]
  end

  test "one that lies damaged in the cache is fetched again", %{archive: archive} = context do
    cache = Path.join(context.folder, "cache")
    File.mkdir_p!(cache)
    File.write!(Path.join(cache, @name), "damaged")
    assert {:ok, _prefix} = install(context, archive, archive)
    assert File.read!(Path.join(cache, @name)) == archive
  end

  test "one with a wrong checksum is never put in place, and what was there stays",
       %{archive: archive} = context do
    prefix = Path.join(context.folder, "priv")
    File.mkdir_p!(prefix)
    File.write!(Path.join(prefix, "thumbnailer"), "old")

    assert {{:error, message}, ^prefix} = install(context, archive <> "x", archive)
    assert message =~ "and the SHA-256"
    assert message =~ "THUMBNAILER_BUILD=1"
    assert File.read!(Path.join(prefix, "thumbnailer")) == "old"
    assert installed(prefix) == ["thumbnailer"]
    refute File.exists?(Path.join(context.folder, "cache/" <> @name))
  end

  test "one that is cut short, on the way or before, is refused", %{archive: archive} = context do
    half = binary_part(archive, 0, div(byte_size(archive), 2))
    assert {{:error, message}, prefix} = install(context, half, archive)
    assert message =~ "SHA-256"
    assert {{:error, _broken_off}, ^prefix} = install(context, {:cut, archive}, archive)
    assert {{:error, message}, ^prefix} = install(context, half, half)
    assert message =~ "cannot be unpacked"
    assert installed(prefix) == []
  end

  test "one that is missing is an error that names its address", %{archive: archive} = context do
    assert {{:error, message}, prefix} = install(context, nil, archive)
    assert message =~ "/v1.2.3/#{@name} was answered with 404"
    assert installed(prefix) == []
  end

  test "one without a program is refused", context do
    other = archive(folder(), %{"readme" => "nothing"})
    assert {{:error, message}, prefix} = install(context, other, other)
    assert message =~ "holds no program"
    assert installed(prefix) == []
  end

  test "a server that no known authority vouches for is not asked",
       %{archive: archive} = context do
    stranger = HttpsServer.start(%{}, folder()).authority

    assert {{:error, message}, prefix} =
             install(context, archive, archive, %{"HEX_CACERTS_PATH" => stranger})

    assert message =~ "unknown_ca"
    assert installed(prefix) == []
  end

  describe "the program is built" do
    test "when nothing is offered, or the environment says so" do
      assert Precompiled.find(nil, "1.2.3", @crossed) == :none
      offer = "https://example.org/{target}.tar.gz"
      assert Precompiled.offer(offer, %{"THUMBNAILER_BUILD" => "1"}) == nil
      # The scripts of this repository call the build folder so.
      assert Precompiled.offer(offer, %{"THUMBNAILER_BUILD" => "/build"}) == offer
    end

    test "for a target that has no checksum, or that nobody knows", %{folder: folder} do
      offer = "https://example.org/thumbnailer-{version}-{target}.tar.gz"
      checksums = Path.join(folder, "checksums.txt")
      assert Precompiled.find(offer, "1.2.3", @crossed, checksums) == :none
      File.write!(checksums, "00  #{@name}\n")
      assert {:ok, %{sha256: "00"}} = Precompiled.find(offer, "1.2.3", @crossed, checksums)
      assert Precompiled.find(offer, "1.2.4", @crossed, checksums) == :none

      for environment <- [
            %{"CROSSCOMPILE" => "arm-none-eabi"},
            Map.put(@crossed, "CMAKE_TOOLCHAIN_FILE", "/a.cmake")
          ],
          do: assert(Precompiled.find(offer, "1.2.3", environment, checksums) == :none)
    end
  end

  test "the target is that of the cross compiler, else that of this machine" do
    for {compiler, target} <- [
          {"/opt/bin/aarch64-nerves-linux-gnu", "aarch64-linux-gnu"},
          {"x86_64-alpine-linux-musl", "x86_64-linux-musl"}
        ],
        do: assert(Precompiled.target(%{"CROSSCOMPILE" => compiler}) == {:ok, target})

    assert {:ok, here} = Precompiled.target(%{})
    assert here =~ ~r/^\w+-linux-(gnu|musl)$/
  end

  test "an offer is an https address" do
    for wrong <- ["http://example.org/{target}", "/srv/{target}", :github] do
      assert {:error, message} = Precompiled.find(wrong, "1.2.3", @crossed)
      assert message =~ "must be an https:// address"
    end
  end
end
