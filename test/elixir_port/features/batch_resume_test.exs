defmodule Thumbnailer.Features.BatchResumeTest do
  # What a second run makes again, and what it leaves alone.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.{Batch, Pixels}

  @moduletag :real
  @past 1_600_000_000

  setup context do
    photos = Path.join(folder(), "photos")
    File.mkdir_p!(photos)

    for name <- ~w(a b c), path = Path.join(photos, name <> ".png") do
      File.cp!(sample("quadrants.png"), path)
      File.touch!(path, @past)
    end

    out = Path.join(Path.dirname(photos), "thumbs")
    batch = {photos, [out: out, sizes: ["40x40"], on: start_instance(context.test)]}
    {:ok, %{made: 3}} = run(batch)
    {:ok, batch: batch, photos: photos, out: out}
  end

  defp run({photos, opts}, more \\ []), do: Batch.run(photos, Keyword.merge(opts, more))

  defp counts(batch, more \\ []) do
    {:ok, report} = run(batch, more)
    {report.made, report.skipped, report.failed}
  end

  test "an unchanged run makes nothing", %{batch: batch, out: out} do
    before = File.stat!(Path.join(out, "a.png"))
    assert counts(batch) == {0, 3, 0}
    assert File.stat!(Path.join(out, "a.png")).inode == before.inode
  end

  test "a changed image is made again, a touched one is not", %{batch: batch, photos: photos} do
    File.cp!(sample("photo.jpg"), Path.join(photos, "a.png"))
    File.touch!(Path.join(photos, "b.png"))
    assert counts(batch) == {1, 2, 0}
    assert counts(batch) == {0, 3, 0}
  end

  test "another option makes all again, another deadline none", %{batch: batch} do
    assert counts(batch, timeout: 9_000) == {0, 3, 0}
    assert counts(batch, fit: :cover) == {3, 0, 0}
    assert counts(batch, fit: :cover) == {0, 3, 0}
  end

  test "a further size is made beside those that stand", %{batch: batch, out: out} do
    batch = put_elem(batch, 1, elem(batch, 1) ++ [name: "{name}-{size}.{ext}"])
    assert counts(batch) == {3, 0, 0}
    kept = File.stat!(Path.join(out, "a-40x40.png")).inode
    {:ok, report} = run(batch, sizes: ["40x40", "20x"])
    assert {report.made, report.thumbnails} == {3, 3}
    assert File.stat!(Path.join(out, "a-40x40.png")).inode == kept
    assert counts(batch, sizes: ["40x40", "20x"]) == {0, 3, 0}
  end

  test "an output that is missing or was cut short is made again", %{batch: batch, out: out} do
    File.rm!(Path.join(out, "a.png"))
    File.write!(Path.join(out, "b.png"), "cut")
    assert counts(batch) == {2, 1, 0}
    assert Pixels.size(File.read!(Path.join(out, "b.png"))) == {40, 30}
  end

  test "a failure is tried again", %{batch: batch, photos: photos} do
    File.write!(Path.join(photos, "d.png"), "no image")
    assert counts(batch) == {0, 3, 1}
    assert counts(batch) == {0, 3, 1}
    File.cp!(sample("quadrants.png"), Path.join(photos, "d.png"))
    assert counts(batch) == {1, 3, 0}
  end

  test ":always makes all, :never only what is missing", %{batch: batch, photos: photos, out: out} do
    assert counts(batch, overwrite: :always) == {3, 0, 0}
    File.cp!(sample("photo.jpg"), Path.join(photos, "a.png"))
    File.rm!(Path.join(out, "b.png"))
    assert counts(batch, overwrite: :never) == {1, 2, 0}
  end

  test "without a journal, outputs that are there are somebody else's", %{
    batch: batch,
    photos: photos,
    out: out
  } do
    File.rm_rf!(Path.join(out, ".thumbnailer"))
    File.touch!(Path.join(photos, "a.png"), System.os_time(:second) + 10)
    before = File.read!(Path.join(out, "a.png"))
    {:ok, report} = run(batch)
    assert {report.made, report.failed, report.reasons} == {0, 3, %{write_failed: 3}}
    assert [{_path, [%{message: message}]} | _] = report.failures
    assert message =~ "exists, and no batch has made it"
    assert File.read!(Path.join(out, "a.png")) == before
    assert counts(batch, overwrite: :always) == {0, 0, 3}
    assert counts(batch, overwrite: :never) == {0, 3, 0}
    assert counts(batch, overwrite: :any) == {3, 0, 0}
    assert counts(batch) == {0, 3, 0}
  end

  test "a dry run says what would be made and leaves no trace", %{batch: batch, photos: photos} do
    out = Path.join(Path.dirname(photos), "elsewhere")
    {:ok, report} = run(batch, dry_run: true, out: out)
    assert {report.planned, report.made} == {3, 0}

    assert report.last.outputs == [
             %{name: "c.png", path: Path.join(out, "c.png"), size: "40x40", format: :auto}
           ]

    refute File.exists?(out)
  end

  test "a dry run knows the journal", %{batch: batch, photos: photos} do
    File.cp!(sample("photo.jpg"), Path.join(photos, "a.png"))
    {:ok, report} = run(batch, dry_run: true)
    assert {report.planned, report.skipped} == {1, 2}
  end

  test "a failure ends a batch that is to stop, and what runs is finished", %{
    batch: batch,
    photos: photos,
    out: out
  } do
    File.rm_rf!(out)
    File.write!(Path.join(photos, "0.png"), "no image")
    for n <- 1..50, do: File.cp!(sample("quadrants.png"), Path.join(photos, "z#{n}.png"))
    {:ok, report} = run(batch, on_failure: :stop)
    assert report.stopped and report.failed == 1
    assert report.done < 20
    assert report.made == length(Path.wildcard(out <> "/*.png"))
  end

  test "an observer ends a batch", %{batch: batch} do
    assert {:ok, %{stopped: true}} =
             run(batch, overwrite: :always, observe: fn _report -> :stop end)
  end

  test "several sizes and formats come from one decode", %{batch: batch, out: out} do
    on = batch |> elem(1) |> Keyword.fetch!(:on)
    before = served(on)
    {:ok, report} = run(batch, sizes: ["40x40", "20x"], formats: [:jpeg, :webp])
    assert {report.made, report.thumbnails} == {3, 12}
    # The question how many were served is one of them.
    # So is that for the formats that the program reads.
    assert served(on) - before - 2 == 3
    assert <<"RIFF", _::32, "WEBP", _::binary>> = File.read!(Path.join(out, "a-20x.webp"))
  end

  defp served(on) do
    {:ok, %{served: served}} = Thumbnailer.stats(on)
    served
  end
end
