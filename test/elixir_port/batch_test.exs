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

    out = Path.join(folder, "thumbs")
    opts = [out: out, sizes: ["40x40"], jobs: 2, on: start_instance(context.test)]
    {:ok, batch: {photos, opts}, photos: photos, out: out}
  end

  defp run({patterns, opts}, more \\ []) do
    {patterns, more} = Keyword.pop(more, :patterns, patterns)
    Batch.run(patterns, Keyword.merge(opts, more))
  end

  defp files(folder),
    do:
      for(
        path <- Path.wildcard(folder <> "/**"),
        File.regular?(path),
        do: Path.relative_to(path, folder)
      )

  test "outputs mirror the tree, in the format that the suffix says", %{batch: batch, out: out} do
    {:ok, report} = run(batch)
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
             run(batch, sizes: ["40x40", "20x"], format: :webp, quality: 50)

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

    {:ok, report} = run(batch, patterns: [photos, Path.join(photos, "missing.jpg")])

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

  test "two inputs with the same output are told before the first image, and the remedy works", %{
    batch: batch,
    photos: photos,
    out: out
  } do
    for name <- ~w(a.png a.jpeg), do: File.cp!(sample("quadrants.png"), Path.join(photos, name))
    pattern = Path.join(photos, "a.*")
    assert {:error, error} = run(batch, patterns: pattern, format: :webp)
    assert %{reason: :bad_option, details: %{option: :name}} = error
    assert error.message =~ "a.jpeg and #{photos}/a.jpg would both be #{out}/a.webp"
    assert files(out) == []

    [_all, template] = Regex.run(~r/--name "([^"]+)"/, error.message)
    assert {:ok, %{made: 3}} = run(batch, patterns: pattern, format: :webp, name: template)
    assert files(out) == ~w(a.jpeg.webp a.jpg.webp a.png.webp)
  end

  test "outputs whose suffix only the image says, and that meet, are made of the first and refused of the second",
       %{
         batch: batch,
         photos: photos,
         out: out
       } do
    # Both are without alpha: a.jpg, as of the JPEG, and p.jpg.
    for {name, kind} <- [{"a", "tiff"}, {"p", "heic"}, {"p", "tiff"}],
        do: File.cp!(sample("quadrants." <> kind), Path.join(photos, "#{name}.#{kind}"))

    images = for name <- ~w(a.jpg a.tiff p.heic p.tiff), do: Path.join(photos, name)

    for {more, state} <- [{[dry_run: true], :planned}, {[], :made}, {[], :skipped}] do
      {:ok, report} = run(batch, [patterns: images] ++ more)
      assert %{^state => 2, failed: 2, reasons: %{write_failed: 2}} = Map.from_struct(report)

      assert Map.new(report.failures, fn {path, [error]} -> {path, error.message} end) == %{
               "#{photos}/a.tiff" => "#{out}/a.jpg is made from #{photos}/a.jpg already",
               "#{photos}/p.tiff" => "#{out}/p.jpg is made from #{photos}/p.heic already"
             }
    end

    assert files(out) == ~w(a.jpg p.jpg)

    for {output, first} <- [{"a.jpg", "a.jpg"}, {"p.jpg", "p.heic"}] do
      image = Path.join(photos, first)
      {:ok, thumbnail} = Thumbnailer.make(image, "40x40", on: elem(batch, 1)[:on])
      assert File.read!(Path.join(out, output)) == thumbnail.data
    end
  end

  test "patterns that overlap are no failure", %{batch: batch, photos: photos} do
    assert {:ok, %{failures: [], thumbnails: 4}} =
             run(batch, patterns: [photos, Path.join(photos, "**/*.jpg")])
  end

  test "thumbnails below the inputs are not inputs", %{batch: batch, photos: photos} do
    out = Path.join(photos, "thumbs")
    assert {:ok, %{done: 4, made: 4}} = run(batch, out: out)
    assert {:ok, %{done: 4, skipped: 4, failures: []}} = run(batch, out: out)
  end

  test "a folder for the thumbnails that cannot be made is said before the first image", %{
    batch: batch,
    photos: photos
  } do
    out = Path.join(photos, "a.jpg/thumbs")
    assert {:error, error} = run(batch, out: out)
    assert error.message == "the folder #{photos}/a.jpg cannot be made: not a directory"
  end

  test "the observer sees every image", %{batch: batch} do
    run(batch, observe: &send(self(), {:done, &1.done}))
    for n <- 1..4, do: assert_received({:done, ^n})
  end
end
