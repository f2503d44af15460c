defmodule Thumbnailer.BatchTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Batch, Pixels}

  @moduletag :real

  setup context do
    folder = folder()
    photos = Path.join(folder, "photos")

    for {name, source} <- [
          {"a.jpg", "photo.jpg"},
          {"trip/b.png", "quadrants.png"},
          {"trip/c.svg", "quadrants.svg"},
          {"trip/d.tiff", "quadrants.tiff"}
        ] do
      File.mkdir_p!(Path.dirname(Path.join(photos, name)))
      File.cp!(sample(source), Path.join(photos, name))
    end

    batch = %Batch{
      patterns: [photos],
      out: Path.join(folder, "thumbs"),
      sizes: ["40x40"],
      jobs: 2,
      on: start_instance(context.test)
    }

    {:ok, batch: batch, photos: photos, out: batch.out}
  end

  defp files(folder),
    do:
      for(
        path <- Path.wildcard(folder <> "/**"),
        File.regular?(path),
        do: Path.relative_to(path, folder)
      )

  test "outputs mirror the tree, in the format that the suffix says", %{batch: batch, out: out} do
    {:ok, report} = Batch.run(batch)
    assert %{done: 4, thumbnails: 4, failures: []} = report
    assert files(out) == ~w(a.jpg trip/b.png trip/c.png trip/d.jpg)
    assert Pixels.size(File.read!(Path.join(out, "trip/b.png"))) == {40, 30}

    assert report.bytes_out ==
             out |> files() |> Enum.map(&File.stat!(Path.join(out, &1)).size) |> Enum.sum()
  end

  test "a format changes the suffix, and several sizes are part of the name", %{
    batch: batch,
    out: out
  } do
    assert {:ok, %{failures: []}} =
             Batch.run(%{batch | sizes: ["40x40", "20x"], options: [format: :webp, quality: 50]})

    assert "a-40x40.webp" in files(out) and "a-20x.webp" in files(out)
    assert length(files(out)) == 8
    assert <<"RIFF", _::32, "WEBP", _::binary>> = File.read!(Path.join(out, "trip/b-20x.webp"))
  end

  test "failures are kept with their reasons, and the others are made", %{
    batch: batch,
    photos: photos,
    out: out
  } do
    File.write!(Path.join(photos, "text.jpg"), "no image")
    File.cp!(sample("truncated.jpg"), Path.join(photos, "cut.jpg"))

    {:ok, report} =
      Batch.run(%{batch | patterns: batch.patterns ++ [Path.join(photos, "missing.jpg")]})

    assert report.done == 7 and report.thumbnails == 4

    reasons =
      for {path, [error]} <- report.failures, into: %{}, do: {Path.basename(path), error.reason}

    assert reasons == %{
             "text.jpg" => :unsupported_format,
             "cut.jpg" => :bad_image,
             "missing.jpg" => :not_found
           }

    assert length(files(out)) == 4
  end

  test "two inputs do not get the same output", %{batch: batch, photos: photos, out: out} do
    File.cp!(sample("quadrants.png"), Path.join(photos, "a.png"))

    {:ok, report} =
      Batch.run(%{batch | patterns: [Path.join(photos, "a.*")], options: [format: :webp]})

    assert [{path, [error]}] = report.failures
    assert Path.basename(path) in ["a.jpg", "a.png"]
    assert error.message =~ "a.webp is made from"
    assert files(out) == ["a.webp"]
  end

  test "patterns that overlap are no failure", %{batch: batch, photos: photos} do
    assert {:ok, %{failures: [], thumbnails: 4}} =
             Batch.run(%{batch | patterns: [photos, Path.join(photos, "**/*.jpg")]})
  end

  test "thumbnails below the inputs are not inputs", %{batch: batch, photos: photos} do
    batch = %{batch | out: Path.join(photos, "thumbs")}
    assert {:ok, %{done: 4, made: 4}} = Batch.run(batch)
    assert {:ok, %{done: 4, skipped: 4, failures: []}} = Batch.run(batch)
  end

  test "a folder for the thumbnails that cannot be made is said before the first image", %{
    batch: batch,
    photos: photos
  } do
    out = Path.join(photos, "a.jpg/thumbs")
    assert {:error, why} = Batch.run(%{batch | out: out})
    assert why =~ "the folder #{out}/.thumbnailer cannot be made"
  end

  test "the observer sees every image", %{batch: batch} do
    Batch.run(batch, &send(self(), {:done, &1.done}))
    for n <- 1..4, do: assert_received({:done, ^n})
  end
end
