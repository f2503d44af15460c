defmodule Thumbnailer.Port.StreamWriterTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Port.StreamWriter

  alias Thumbnailer.Port.StreamWriter

  defp chunks(stream, size), do: stream |> StreamWriter.chunks(size) |> Enum.to_list()

  test "whatever the chunks of a stream are, its bytes stay the same" do
    bytes = :crypto.strong_rand_bytes(1_000)

    for length <- [1, 7, 63, 64, 65, 500, 1_000], size <- [1, 64, 100, 2_000] do
      given = for <<chunk::binary-size(length) <- bytes>>, do: chunk
      rest = binary_part(bytes, length * length(given), 1_000 - length * length(given))
      cut = chunks(given ++ [rest, ""], size)
      assert IO.iodata_to_binary(cut) == bytes
      assert Enum.all?(cut, &(byte_size(&1) in 1..size))
    end
  end

  test "small binaries are joined, so that lines cost no round trip each" do
    assert length(chunks(List.duplicate("0123456789", 1_000), 1_000)) == 10
  end

  test "a binary that is large enough alone is not copied" do
    bytes = :binary.copy("x", 1_000)
    assert [same] = chunks([bytes], 1_000)
    assert :erts_debug.same(same, bytes)
  end

  test "nothing is asked of the stream before it is needed" do
    lazy = Stream.map(1..10, fn n -> send(self(), n) && "0123456789" end)
    assert lazy |> StreamWriter.chunks(10) |> Enum.take(1) == ["0123456789"]
    assert_received 1
    refute_received 2
  end

  test "an element that is no binary is named" do
    assert_raise ArgumentError, ~r/must yield binaries, got: 5$/, fn -> chunks(["a", 5], 10) end
  end

  test "a chunk leaves room for the rest of its frame" do
    assert StreamWriter.chunk_size(%{max_request_bytes: 1_024}) == 960
    assert StreamWriter.chunk_size(%{max_request_bytes: 67_108_864}) == 65_536
    assert StreamWriter.chunk_size(%{max_request_bytes: 1}) == 1
  end
end
