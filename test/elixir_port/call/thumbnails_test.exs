defmodule Thumbnailer.Call.ThumbnailsTest do
  # Several thumbnails of one source, on the real program.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Thumbnail}

  @moduletag :real

  setup context do
    {:ok, on: start_instance(context.test, workers: 2), folder: folder()}
  end

  describe "make!/3 and make_many/3" do
    test "make! yields the thumbnail or raises the error", %{on: on} do
      assert %Thumbnail{width: 10} = Thumbnailer.make!(sample("quadrants.png"), 10, on: on)

      assert_raise Error, ~r/no_such_file/, fn ->
        Thumbnailer.make!(sample("no_such_file"), 10, on: on)
      end
    end

    test "several outputs come in their order, each with its own options", %{
      on: on,
      folder: folder
    } do
      path = Path.join(folder, "c.avif")

      assert {:ok, [{:ok, one}, {:ok, two}, {:ok, three}]} =
               Thumbnailer.make_many(
                 sample("quadrants.png"),
                 [80, {{40, 40}, fit: :cover, format: :jpeg}, {"20x", to: path}],
                 on: on
               )

      assert {one.width, one.height, one.format} == {80, 60, :png}
      assert {two.width, two.height, two.format} == {40, 40, :jpeg}
      assert {three.width, three.format, three.path, three.data} == {20, :avif, path, nil}
      assert File.stat!(path).size == three.bytes
    end

    test "one output fails and the others are made", %{test: name} do
      on = start_fake({:global, name}, "fails_second_output")

      assert {:ok, [{:ok, _}, {:error, %Error{reason: :encode_failed}}]} =
               Thumbnailer.make_many({:bytes, "x"}, [10, 20], on: on)

      assert_raise Error, "no space", fn ->
        Thumbnailer.make_many!({:bytes, "x"}, [10, 20], on: on)
      end
    end

    test "an output that cannot be written leaves nothing behind", %{on: on, folder: folder} do
      outputs = [{10, to: Path.join(folder, "missing/a.png")}, 20]

      assert_raise Error, ~r/missing/, fn ->
        Thumbnailer.make_many!(sample("quadrants.png"), outputs, on: on)
      end

      assert File.ls!(folder) == []
    end

    test "a fault of the source is one of the whole request", %{on: on} do
      assert {:error, %Error{reason: :not_found}} =
               Thumbnailer.make_many(sample("no_such_file"), [10, 20], on: on)
    end
  end
end
