defmodule Thumbnailer.Batch.InputTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch.Input

  setup do
    folder = folder()

    for name <- ~w(b.jpg a.PNG notes.txt sub/c.webp sub/deep/d.jpg .hidden/e.jpg .f.jpg out/g.jpg) do
      path = Path.join(folder, name)
      File.mkdir_p!(Path.dirname(path))
      File.write!(path, "")
    end

    {:ok, folder: folder}
  end

  defp relative(folder, patterns, out \\ "/nowhere") do
    patterns = Enum.map(List.wrap(patterns), &Path.join(folder, &1))
    for %Input{relative: relative} <- Input.stream(patterns, out), do: relative
  end

  test "a folder is all images below it, in order", %{folder: folder} do
    assert relative(folder, "") == ~w(a.PNG b.jpg out/g.jpg sub/c.webp sub/deep/d.jpg)
  end

  test "the folder for the thumbnails is left out", %{folder: folder} do
    assert relative(folder, "", Path.join(folder, "sub/../out")) ==
             ~w(a.PNG b.jpg sub/c.webp sub/deep/d.jpg)
  end

  test "a glob is what it matches, whatever its suffix", %{folder: folder} do
    assert relative(folder, "*") == ~w(a.PNG b.jpg notes.txt)
    assert relative(folder, "**/*.jpg") == ~w(b.jpg out/g.jpg sub/deep/d.jpg)
    assert relative(folder, "{sub,out}/*") == ~w(out/g.jpg sub/c.webp)
    assert relative(folder, ".*/*.jpg") == ~w(.hidden/e.jpg)
  end

  test "a path below a pattern is mirrored, its start is not", %{folder: folder} do
    assert [%Input{} = input] =
             Enum.to_list(Input.stream([Path.join(folder, "sub/d*/*")], "/nowhere"))

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

    assert [{:error, ^missing, error}] =
             Enum.to_list(Input.stream([missing <> "/*.jpg"], "/nowhere"))

    assert error.reason == :not_found
  end

  test "what is not asked for is not read", %{folder: folder} do
    # The second pattern would fail when it was expanded.
    assert [%Input{}] =
             [Path.join(folder, "b.jpg"), :no_pattern] |> Input.stream("/nowhere") |> Enum.take(1)
  end
end
