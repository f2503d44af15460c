defmodule Thumbnailer.Batch.Input.PathListTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch.Input
  alias Thumbnailer.Batch.Input.{Filter, PathList, Search}

  defp list(content) do
    path = Path.join(folder(), "list.txt")
    File.write!(path, content)
    path
  end

  defp found(list),
    do: Search.stream(%{patterns: [], from: list, null: false, filter: %Filter{}, out: nil})

  defp lines(content), do: content |> list() |> PathList.stream() |> Enum.to_list()

  test "each line is a path, whatever bytes it has" do
    assert lines("a.jpg\nb c.jpg\r\n\n\xFF.jpg") == ["a.jpg", "b c.jpg", <<255, ".jpg">>]
    assert lines("") == []
  end

  test "a list between null bytes may hold newlines" do
    assert lines("a\nb.jpg\0c.jpg\0") == ["a\nb.jpg", "c.jpg"]
  end

  test "a list between null bytes is one whatever its first name holds, where it is said so" do
    list = list("a\nb.jpg")
    assert list |> PathList.stream(true) |> Enum.to_list() == ["a\nb.jpg"]
  end

  test "a null byte anywhere in the first block makes it such a list" do
    first = String.duplicate("x\ny", 10_000)
    assert lines([first, 0, "c.jpg"]) == [first, "c.jpg"]
  end

  test "a byte order mark is no part of the first name" do
    assert lines("\uFEFFa.jpg\nb.jpg") == ["a.jpg", "b.jpg"]
  end

  test "lines that lie across the blocks of reading are whole" do
    paths = for n <- 1..20_000, do: "folder/image-#{n}.jpg"
    assert paths |> Enum.join("\n") |> lines() == paths
  end

  test "a list that cannot be read is told" do
    assert [{:error, "missing.txt", %{reason: :not_found}}] =
             Enum.to_list(PathList.stream("missing.txt"))
  end

  test "a path in a list is mirrored as a whole, and stays below the folder" do
    list = list("a/b.jpg\n./c.jpg\n/srv/d.jpg\n../../e.jpg\n")
    relatives = for %Input{relative: relative} <- found(list), do: relative
    assert ["a/b.jpg", "c.jpg", "srv/d.jpg", up] = relatives
    refute up =~ ".."
  end

  test "a list of a million paths is read in little memory" do
    list = list(for n <- 1..1_000_000, do: ["folder/image-", Integer.to_string(n), ".jpg\n"])

    # What is held, without the garbage of a BEAM that has no reason to collect it yet.
    {peak, count} =
      list
      |> found()
      |> Enum.reduce({0, 0}, fn _input, {peak, count} ->
        {if(rem(count, 50_000) == 0, do: max(peak, held()), else: peak), count + 1}
      end)

    assert count == 1_000_000
    assert peak < 5_000_000
  end

  defp held do
    :erlang.garbage_collect()
    elem(Process.info(self(), :memory), 1)
  end
end
