defmodule ThumbnailerTest do
  # The public functions on the real program.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Pixels, Thumbnail}

  @moduletag :real

  @red [255, 0, 0]
  @green [0, 255, 0]
  @blue [0, 0, 255]
  @yellow [255, 255, 0]

  setup context do
    {:ok, on: start_instance(context.test, workers: 2), folder: folder()}
  end

  # The centres of the four quadrants, in reading order.
  defp quadrants(png) do
    {width, height} = Pixels.size(png)

    for y <- [div(height, 4), div(3 * height, 4)], x <- [div(width, 4), div(3 * width, 4)] do
      png |> Pixels.at({x, y}) |> Enum.take(3)
    end
  end

  defp assert_alike(colours, expected) do
    for {colour, other} <- Enum.zip(colours, expected),
        do:
          assert(Pixels.alike?(colour, other), "#{inspect(colours)} are not #{inspect(expected)}")
  end

  describe "make/3" do
    for suffix <- ~w(jpg png webp gif tiff avif svg) do
      test "of a #{suffix} shows the same picture", %{on: on} do
        source = sample("quadrants.#{unquote(suffix)}")

        assert {:ok, %Thumbnail{} = thumbnail} =
                 Thumbnailer.make(source, 80, format: :png, on: on)

        assert {thumbnail.width, thumbnail.height} == {80, 60}
        assert thumbnail.bytes == byte_size(thumbnail.data)
        assert thumbnail.path == nil
        assert Pixels.size(thumbnail.data) == {80, 60}
        assert_alike(quadrants(thumbnail.data), [@red, @green, @blue, @yellow])
      end
    end

    test "by bytes makes what it makes by path", %{on: on} do
      bytes = File.read!(sample("photo.jpg"))

      assert Thumbnailer.make({:bytes, bytes}, 100, on: on) ==
               Thumbnailer.make(sample("photo.jpg"), 100, on: on)

      assert Thumbnailer.make({:bytes, [bytes, []]}, 100, on: on) ==
               Thumbnailer.make(sample("photo.jpg"), 100, on: on)
    end

    test "keeps the format unless it is told otherwise, and says its media type", %{on: on} do
      for {name, format, start} <- [
            {"photo.jpg", :jpeg, <<255, 216, 255>>},
            {"quadrants.png", :png, <<137, "PNG">>},
            {"quadrants.gif", :gif, "GIF8"},
            {"quadrants.webp", :webp, "RIFF"}
          ] do
        assert {:ok, thumbnail} = Thumbnailer.make(sample(name), 50, on: on)
        assert thumbnail.format == format
        assert String.starts_with?(thumbnail.data, start)
      end
    end

    test "the eight orientations come out alike", %{on: on} do
      for orientation <- 1..8 do
        source = sample("orientation_#{orientation}.jpg")
        assert {:ok, thumbnail} = Thumbnailer.make(source, 80, format: :png, on: on)
        assert {thumbnail.width, thumbnail.height} == {80, 60}
        assert_alike(quadrants(thumbnail.data), [@red, @green, @blue, @yellow])
      end
    end

    test "each fit has its own size", %{on: on} do
      # The image is 160 x 120.
      for {fit, size} <- [
            inside: {80, 60},
            outside: {107, 80},
            cover: {80, 80},
            contain: {80, 80},
            fill: {80, 80}
          ] do
        assert {:ok, thumbnail} =
                 Thumbnailer.make(sample("quadrants.png"), {80, 80}, fit: fit, on: on)

        assert {fit, {thumbnail.width, thumbnail.height}} == {fit, size}
      end
    end

    test "contain has the background around the image", %{on: on} do
      assert {:ok, %{data: png}} =
               Thumbnailer.make(sample("quadrants.png"), 80,
                 fit: :contain,
                 background: {1, 2, 250},
                 on: on
               )

      assert png |> Pixels.at({40, 2}) |> Enum.take(3) == [1, 2, 250]
      assert png |> Pixels.at({40, 77}) |> Enum.take(3) == [1, 2, 250]
    end

    test "nothing is enlarged unless it may be", %{on: on} do
      assert {:ok, %{width: 160, height: 120}} =
               Thumbnailer.make(sample("quadrants.png"), 400, on: on)

      assert {:ok, %{width: 400, height: 300}} =
               Thumbnailer.make(sample("quadrants.png"), 400, enlarge: true, on: on)
    end

    test "one side follows from the other", %{on: on} do
      assert {:ok, %{width: 40, height: 30}} =
               Thumbnailer.make(sample("quadrants.png"), "40x", on: on)

      assert {:ok, %{width: 80, height: 60}} =
               Thumbnailer.make(sample("quadrants.png"), "x60", on: on)
    end

    test "a lower quality is smaller", %{on: on} do
      sizes =
        for quality <- [20, 60, 95],
            do: Thumbnailer.make!(sample("photo.jpg"), 300, quality: quality, on: on).bytes

      assert sizes == Enum.sort(sizes) and sizes == Enum.uniq(sizes)
    end

    test "to a file writes the file whole, in the format of its suffix", %{on: on, folder: folder} do
      path = Path.join(folder, "small.webp")

      assert {:ok, %Thumbnail{data: nil, format: :webp} = thumbnail} =
               Thumbnailer.make(sample("photo.jpg"), 100, to: path, on: on)

      assert thumbnail.path == path
      assert <<"RIFF", _::32, "WEBP", _::binary>> = written = File.read!(path)
      assert byte_size(written) == thumbnail.bytes
      assert File.ls!(folder) == ["small.webp"]
    end

    test "to a file takes the place of what was there", %{on: on, folder: folder} do
      path = Path.join(folder, "small.png")
      File.write!(path, "old")
      assert {:ok, _} = Thumbnailer.make(sample("quadrants.png"), 80, to: path, on: on)
      assert_alike(quadrants(File.read!(path)), [@red, @green, @blue, @yellow])
    end

    test "to a folder that is not there is an error that leaves nothing behind", %{
      on: on,
      folder: folder
    } do
      path = Path.join(folder, "missing/small.png")

      assert {:error, %Error{} = error} =
               Thumbnailer.make(sample("quadrants.png"), 80, to: path, on: on)

      assert error.reason in [:write_failed, :not_found]
      assert error.message =~ Path.dirname(path)
      assert File.ls!(folder) == []
    end
  end

  test "probe/2 says what a viewer shows and what is stored", %{on: on} do
    assert {:ok, image} = Thumbnailer.probe(sample("orientation_6.jpg"), on: on)
    assert {image.format, image.width, image.height} == {:jpeg, 160, 120}
    assert {image.raw_width, image.raw_height, image.orientation} == {120, 160, 6}
    assert {:ok, %{alpha: true}} = Thumbnailer.probe(sample("alpha.png"), on: on)

    assert {:error, %Error{reason: :unsupported_format}} =
             Thumbnailer.probe(sample("not_an_image.jpg"), on: on)
  end

  test "the default instance needs no set-up" do
    assert {:ok, %Thumbnail{width: 80}} = Thumbnailer.make(sample("quadrants.png"), 80)
    assert {:ok, %{loaders: loaders}} = Thumbnailer.info()
    assert :jpeg in loaders
  end

  test "a thousand callers each get their own image", %{on: on} do
    sides = for n <- 1..1_000, do: rem(n, 150) + 1

    for {side, result} <-
          Enum.zip(
            sides,
            all_at_once(
              sides,
              &Thumbnailer.make(sample("quadrants.png"), {&1, &1}, fit: :fill, on: on)
            )
          ) do
      assert {:ok, %Thumbnail{width: width}} = result
      assert width == min(side, 160)
    end
  end
end
