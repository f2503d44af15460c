defmodule Thumbnailer.Protocol.FrameBufferTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Protocol.FrameBuffer

  alias Thumbnailer.Protocol.FrameBuffer

  defp frame(payload), do: <<byte_size(payload)::32, payload::binary>>

  defp read(pieces, max) do
    Enum.reduce(pieces, {[], FrameBuffer.new(max)}, fn piece, {read, frames} ->
      {:ok, more, frames} = FrameBuffer.push(frames, piece)
      {read ++ more, frames}
    end)
  end

  test "frames come out whole, wherever the pieces are cut" do
    payloads = ["", "a", String.duplicate("b", 300), "", "last"]
    stream = payloads |> Enum.map(&frame/1) |> IO.iodata_to_binary()

    for size <- [1, 2, 3, 4, 5, 7, 100, 1_000] do
      pieces = for <<piece::binary-size(size) <- stream>>, do: piece
      rest = binary_part(stream, length(pieces) * size, rem(byte_size(stream), size))
      assert {^payloads, %FrameBuffer{size: 0}} = read(pieces ++ [rest], 300)
    end
  end

  test "a part of a frame waits" do
    assert {["ab"], %FrameBuffer{size: 6}} = read([frame("ab"), <<3::32, "cd">>], 10)
  end

  test "a length over the limit is refused before its frame comes, also behind a good one" do
    assert {:error, 11} = FrameBuffer.push(FrameBuffer.new(10), <<11::32>>)

    assert {:error, 4_294_967_295} =
             FrameBuffer.push(FrameBuffer.new(10), frame("ok") <> <<-1::32>>)

    assert {:ok, [], _} = FrameBuffer.push(FrameBuffer.new(10), <<10::32>>)
  end

  test "a small frame does not keep alive the large piece that it came in" do
    pieces = [
      IO.iodata_to_binary(for n <- 1..100, do: frame(String.duplicate("#{rem(n, 10)}", 300)))
    ]

    {frames, _rest} = read(pieces, 300)
    for frame <- frames, do: assert(:binary.referenced_byte_size(frame) <= 600)
  end

  test "a frame of many pieces is joined once" do
    pieces = [<<10_000_000::32>> | List.duplicate(:binary.copy("x", 1_000), 10_000)]
    {_reductions, before} = Process.info(self(), :reductions) |> then(&{elem(&1, 0), elem(&1, 1)})
    assert {[joined], _frames} = read(pieces, 10_000_000)
    {:reductions, after_all} = Process.info(self(), :reductions)
    assert byte_size(joined) == 10_000_000
    # Joining anew for each piece would copy 50 GB.
    assert after_all - before < 20_000_000
  end
end
