defmodule Thumbnailer.OS.RawPathTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.OS.RawPath

  import Thumbnailer.Fixtures

  alias Thumbnailer.OS.RawPath

  test "names that are not UTF-8 are listed as their bytes, in the order of their bytes" do
    folder = folder()
    names = [<<0xE9, ".jpg">>, "\u00E9.jpg", "a.jpg"]
    for name <- names, do: File.write!(folder <> "/" <> name, "")
    assert RawPath.list(folder) == {:ok, ["a.jpg", "\u00E9.jpg", <<0xE9, ".jpg">>]}
  end

  test "a folder that cannot be made is named by what is in the way" do
    folder = folder()
    File.write!(folder <> "/file", "")
    assert RawPath.make_folder(folder <> "/file/a/b") == {:error, :enotdir, folder <> "/file"}
    assert RawPath.make_folder("/proc/none/a") == {:error, :enoent, "/proc/none"}
    assert RawPath.make_folder(folder <> "/a/b/c") == :ok
  end
end
