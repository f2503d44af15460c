defmodule Thumbnailer.Features.OptionsEffectTest do
  # Every option of an output on the real program: what its example says is made, and differs from what is made
  # without it. What the pixels must be stands in test/port.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Error, Options, Pixels, Thumbnail}
  alias Thumbnailer.Options.Examples

  @moduletag :real

  # Options that say what is the case anyway with this photo and this size.
  @without_effect [
    :enlarge,
    :page,
    :animated,
    :preview,
    :fail_on_warning,
    :alpha_quality,
    :trim
  ]

  # Where steps cannot be translated, the test of that option is left out, and only that.
  setup_all do
    steps =
      if :steps in ExUnit.configuration()[:exclude], do: [], else: [duotone: step("duotone")]

    {:ok, on: start_instance(__MODULE__, workers: 2, steps: steps)}
  end

  setup do
    {:ok, folder: folder()}
  end

  defp made!(name, options, on),
    do: Thumbnailer.make!(sample(name), {200, 100}, [on: on] ++ options)

  test "every option has an example" do
    assert Keyword.keys(Examples.table()) == Enum.map(Options.table([:output]), & &1.name)
  end

  for {name, example} <- Examples.table() do
    if name == :step, do: @tag(:steps)

    test "#{name}: its example is made", %{on: on, folder: folder} do
      example =
        for {key, value} <- unquote(Macro.escape(example)) do
          case key do
            :overlay -> {key, sample("alpha.png")}
            :to -> {key, Path.join(folder, value)}
            _other -> {key, value}
          end
        end

      thumbnail = made!("photo.jpg", example, on)
      plain = made!("photo.jpg", Keyword.take(example, [:format]), on)
      name = unquote(name)

      cond do
        name == :to -> assert File.read!(thumbnail.path) == plain.data
        name == :placeholder -> assert byte_size(thumbnail.placeholder) > 20
        name == :format -> assert thumbnail.format == :avif
        name == :truncated -> assert %{width: 133} = made!("truncated.jpg", example, on)
        name in @without_effect -> assert thumbnail.bytes > 0
        true -> assert thumbnail.data != plain.data
      end
    end
  end

  test "a small image is enlarged only when it may be", %{on: on} do
    assert %{width: 1} = made!("one_pixel.png", [], on)
    assert %{width: 100} = made!("one_pixel.png", [enlarge: true], on)
  end

  test "padding, dpr and rotation are in the size that is told", %{on: on} do
    assert %{width: 149, height: 108} = made!("quadrants.png", [padding: {4, 8}], on)

    assert %{width: 80, height: 60} =
             Thumbnailer.make!(sample("quadrants.png"), 40, on: on, dpr: 2)

    assert %{width: 75, height: 100} = made!("quadrants.png", [rotate: 90], on)
  end

  test "a region in pixels is that part", %{on: on} do
    png = made!("quadrants.png", [region: {80, 0, 80, 60}, format: :png], on)
    {width, height} = Pixels.size(png.data)

    for at <- [{1, 1}, {width - 2, height - 2}],
        do: assert(Pixels.alike?(Pixels.at(png.data, at), [0, 255, 0]))
  end

  test "an animation stays one", %{on: on} do
    moving = made!("animated.gif", [animated: true, format: :webp], on)
    {:ok, probe} = Thumbnailer.probe({:bytes, moving.data}, on: on)
    {:ok, source} = Thumbnailer.probe(sample("animated.gif"), on: on)
    assert probe.frames == source.frames and probe.frames > 1
    assert probe.duration == source.duration

    assert {:ok, %{frames: 1}} =
             Thumbnailer.probe({:bytes, made!("animated.gif", [], on).data}, on: on)
  end

  test "an overlay may be bytes, and one that is none is told", %{on: on} do
    bytes = File.read!(sample("alpha.png"))
    by_bytes = made!("photo.jpg", [overlay: {:bytes, bytes}], on)
    assert by_bytes == made!("photo.jpg", [overlay: sample("alpha.png")], on)

    assert {:error, %Error{details: %{option: :overlay}}} =
             Thumbnailer.make(sample("photo.jpg"), 100,
               overlay: sample("not_an_image.jpg"),
               on: on
             )

    assert {:error, %Error{reason: :not_found}} =
             Thumbnailer.make(sample("photo.jpg"), 100, overlay: "/nowhere.png", on: on)
  end

  test "a budget is kept, or the error says which", %{on: on} do
    assert made!("photo.jpg", [max_bytes: 3_000], on).bytes <= 3_000

    assert {:error, %Error{reason: :too_large, details: %{option: :max_bytes, limit: 50}}} =
             Thumbnailer.make(sample("photo.jpg"), 100, max_bytes: 50, on: on)
  end

  test "each placeholder has its form", %{on: on} do
    placeholder = &made!("photo.jpg", [placeholder: &1], on).placeholder
    assert {:ok, hash} = Base.decode64(placeholder.(:thumbhash))
    assert byte_size(hash) in 15..30
    assert String.length(placeholder.(:blurhash)) == 28
    assert placeholder.(:color) =~ ~r/^#[0-9a-f]{6}$/
    assert "data:image/webp;base64," <> data = placeholder.(:data_uri)

    assert {:ok, %{format: :webp, width: 16}} =
             Thumbnailer.probe({:bytes, Base.decode64!(data)}, on: on)

    assert made!("photo.jpg", [], on).placeholder == nil
  end

  test "a set comes back in its order, each with its own result", %{on: on} do
    {:ok, results} =
      Thumbnailer.make_many(
        sample("photo.jpg"),
        [sizes: ["64x", "256x", "128x"], formats: [:webp, :jpeg]],
        on: on,
        max_bytes: 4_000
      )

    sizes = for {:ok, %Thumbnail{} = made} <- results, do: {made.width, made.format}
    assert {64, :webp} == hd(sizes)
    assert Enum.all?(results, &match?({:ok, %Thumbnail{}}, &1))
    assert sizes == for(width <- [64, 256, 128], format <- [:webp, :jpeg], do: {width, format})
  end

  test "a probe tells what the header tells", %{on: on} do
    assert {:ok, probe} = Thumbnailer.probe(sample("orientation_6.jpg"), on: on)

    assert %{
             format: :jpeg,
             width: 160,
             height: 120,
             raw_width: 120,
             raw_height: 160,
             orientation: 6,
             pages: 1,
             frames: 1,
             duration: 0,
             bands: 3,
             alpha: false,
             depth: 8,
             profile: false,
             preview: false,
             taken_at: nil,
             camera: nil
           } = probe

    assert {:ok, %{profile: true}} = Thumbnailer.probe(sample("p3.png"), on: on)
    assert {:ok, %{depth: 16}} = Thumbnailer.probe(sample("sixteen_bit.png"), on: on)
    assert {:ok, %{alpha: true}} = Thumbnailer.probe(sample("alpha.png"), on: on)
  end
end
