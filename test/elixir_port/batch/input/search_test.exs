defmodule Thumbnailer.Batch.Input.SearchTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch.Input
  alias Thumbnailer.Batch.Input.{Filter, Search}

  setup do
    folder = folder()

    for name <- ~w(b.jpg a.PNG notes.txt sub/c.webp sub/deep/d.jpg .hidden/e.jpg .f.jpg out/g.jpg) do
      path = Path.join(folder, name)
      File.mkdir_p!(Path.dirname(path))
      File.write!(path, "")
    end

    {:ok, folder: folder}
  end

  defp found(patterns, more \\ []) do
    where =
      Enum.into(more, %{
        patterns: List.wrap(patterns),
        from: nil,
        null: false,
        filter: %Filter{},
        out: nil
      })

    Search.stream(where)
  end

  defp relative(folder, patterns, more \\ []) do
    patterns = Enum.map(List.wrap(patterns), &Path.join(folder, &1))
    for %Input{relative: relative} <- found(patterns, more), do: relative
  end

  defp left_out(folder, more \\ []),
    do:
      for(
        {:left_out, kind, path} <- found(folder, more),
        do: {kind, Path.relative_to(path, folder)}
      )

  test "a folder is all images below it, in order", %{folder: folder} do
    assert relative(folder, "") == ~w(a.PNG b.jpg out/g.jpg sub/c.webp sub/deep/d.jpg)
  end

  test "the folder for the thumbnails is left out", %{folder: folder} do
    assert relative(folder, "", out: Path.join(folder, "out")) ==
             ~w(a.PNG b.jpg sub/c.webp sub/deep/d.jpg)
  end

  test "a glob is what it matches, whatever its suffix", %{folder: folder} do
    assert relative(folder, "*") == ~w(a.PNG b.jpg notes.txt)
    assert relative(folder, "**/*.jpg") == ~w(b.jpg out/g.jpg sub/deep/d.jpg)
    assert relative(folder, "{sub,out}/*") == ~w(out/g.jpg sub/c.webp)
    assert relative(folder, ".*/*.jpg") == ~w(.hidden/e.jpg)
  end

  test "a path below a pattern is mirrored, its start is not", %{folder: folder} do
    assert [%Input{} = input] = Enum.to_list(found(Path.join(folder, "sub/d*/*")))

    assert input.path == Path.join(folder, "sub/deep/d.jpg")
    assert input.relative == "deep/d.jpg"
  end

  test "a file is itself, even when it is missing or looks like a glob", %{folder: folder} do
    File.write!(Path.join(folder, "a[1].jpg"), "")

    assert relative(folder, ["b.jpg", "missing.jpg", "a[1].jpg"]) ==
             ~w(b.jpg missing.jpg a[1].jpg)
  end

  test "a folder that links to one above it is not followed for ever", %{folder: folder} do
    File.ln_s!(folder, Path.join(folder, "sub/loop"))
    assert relative(folder, "") == ~w(a.PNG b.jpg out/g.jpg sub/c.webp sub/deep/d.jpg)
    assert relative(folder, "sub/loop/*.jpg") == ~w(b.jpg)
  end

  test "a link to a file is a file", %{folder: folder} do
    File.ln_s!(Path.join(folder, "b.jpg"), Path.join(folder, "sub/link.jpg"))
    assert "sub/link.jpg" in relative(folder, "")
  end

  test "a folder that does not exist is told", %{folder: folder} do
    missing = Path.join(folder, "missing")

    assert [{:error, ^missing, error}] = Enum.to_list(found(missing <> "/*.jpg"))

    assert error.reason == :not_found
  end

  test "what is not asked for is not read", %{folder: folder} do
    # The second pattern would fail when it was expanded.
    assert [%Input{}] = [Path.join(folder, "b.jpg"), :no_pattern] |> found() |> Enum.take(1)
  end

  test "every file is an input or is told as left out, by what it is", %{folder: folder} do
    for name <- ~w(a.orf b.MOV c.xmp d.psd e.pdf), do: File.write!(Path.join(folder, name), "")
    File.ln_s!("/nowhere", Path.join(folder, "broken.jpg"))
    File.ln_s!(Path.join(folder, "sub"), Path.join(folder, "linked"))
    {_output, 0} = System.cmd("mkfifo", [Path.join(folder, "pipe.jpg")])

    assert left_out(folder) == [
             hidden: ".f.jpg",
             hidden: ".hidden",
             raw: "a.orf",
             video: "b.MOV",
             link: "broken.jpg",
             sidecar: "c.xmp",
             image: "d.psd",
             link: "linked",
             other: "notes.txt",
             special: "pipe.jpg"
           ]
  end

  test "what is included is taken by its name at any depth, or by its path", %{folder: folder} do
    include = fn globs -> relative(folder, "", filter: Filter.new(globs, [], nil)) end
    assert include.(["*.jpg"]) == ~w(b.jpg out/g.jpg sub/deep/d.jpg)
    assert include.(["sub/**"]) == ~w(sub/c.webp sub/deep/d.jpg)
    assert include.(["*.PNG", "out/*"]) == ~w(a.PNG out/g.jpg)
  end

  test "what is excluded is left out, whatever is included; a folder is not entered", %{
    folder: folder
  } do
    filter = Filter.new(["*.jpg"], ["sub", "b*"], nil)
    assert relative(folder, "", filter: filter) == ~w(out/g.jpg)
    assert {:excluded, "sub"} in left_out(folder, filter: filter)
    assert {:excluded, "b.jpg"} in left_out(folder, filter: filter)
  end

  test "names are bytes, in folders, globs and what outputs mirror", %{folder: folder} do
    for name <- [<<0xE9, ".jpg">>, "\u00E9.jpg", "new\nline.jpg"],
        do: File.write!(Path.join(folder <> "/sub", name), "")

    assert relative(folder, "sub/*.jpg") == ["new\nline.jpg", "\u00E9.jpg", <<0xE9, ".jpg">>]
    assert relative(folder, <<"sub/", 0xE9, "*">>) == [<<0xE9, ".jpg">>]
  end
end
