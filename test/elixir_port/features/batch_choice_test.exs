defmodule Thumbnailer.Batch.ChoiceTest do
  # Which images a run takes, where their thumbnails lie, and that everything is counted.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch

  @moduletag :real
  @past 1_600_000_000

  setup context do
    photos = Path.join(folder(), "photos")

    for name <- ~w(a.png sub/b.png sub/c.png), path = Path.join(photos, name) do
      File.mkdir_p!(Path.dirname(path))
      File.cp!(sample("quadrants.png"), path)
      File.touch!(path, @past)
    end

    out = Path.join(Path.dirname(photos), "thumbs")

    {:ok,
     photos: photos, out: out, opts: [out: out, sizes: ["20"], on: start_instance(context.test)]}
  end

  defp made(folder),
    do:
      for(
        path <- Path.wildcard(folder <> "/**"),
        File.regular?(path),
        do: Path.relative_to(path, folder)
      )

  defp run!(photos, opts) do
    {:ok, report} = Batch.run(photos, opts)
    report
  end

  test "an image that its decoder warns of is made and counted, or fails when that is wanted", %{
    photos: photos,
    opts: opts
  } do
    File.write!(photos <> "/damaged.jpg", damaged_jpeg())
    image = photos <> "/damaged.jpg"
    assert %{made: 1, warned: 1, last: %{warnings: [warning]}} = run!(image, opts)
    assert warning =~ "Corrupt JPEG data"
    strict = run!(image, [fail_on_warning: true] ++ opts)
    assert %{failed: 1, warned: 0, reasons: %{bad_image: 1}} = strict
    assert {:ok, %{warnings: []}} = Thumbnailer.make(photos <> "/a.png", 20, on: opts[:on])
  end

  # Six bytes of its data are others.
  defp damaged_jpeg do
    jpeg = File.read!(sample("photo.jpg"))
    at = div(2 * byte_size(jpeg), 3)
    <<head::binary-size(at), six::48, rest::binary>> = jpeg
    <<head::binary, Bitwise.bxor(six, 0x5A5A5A5A5A5A)::48, rest::binary>>
  end

  test "flat outputs and suffixes, beside the originals too", %{
    photos: photos,
    out: out,
    opts: opts
  } do
    run!(photos, [flat: true, suffix: "-small"] ++ opts)
    assert made(out) == ~w(a-small.png b-small.png c-small.png)

    beside = [beside: true] ++ Keyword.delete(opts, :out)
    assert %{made: 3} = run!(photos, beside)
    assert made(photos) == ~w(a-20.png a.png sub/b-20.png sub/b.png sub/c-20.png sub/c.png)
    # The thumbnails are no images of the next run.
    assert %{made: 0, skipped: 3, left_out: %{thumbnail: 3}} = run!(photos, beside)
  end

  test "names that a flat folder makes meet are told with a remedy", %{photos: photos, opts: opts} do
    File.cp!(sample("quadrants.png"), Path.join(photos, "sub/a.png"))
    assert {:error, %{message: message}} = Batch.run(photos, [flat: true] ++ opts)
    assert message =~ ~s(--name "{dir}/{name}.{ext}")
  end

  test "files that changed since then are taken, the others are counted", %{
    photos: photos,
    opts: opts
  } do
    File.touch!(Path.join(photos, "sub/c.png"), @past + 100)
    assert %{made: 1, left_out: %{older: 2}} = run!(photos, [since: @past + 50] ++ opts)
    assert %{made: 2} = run!(photos, [since: DateTime.from_unix!(@past)] ++ opts)
  end

  test "images that failed are tried again alone", %{photos: photos, opts: opts} do
    File.write!(Path.join(photos, "bad.png"), "no image")
    assert %{made: 3, failed: 1} = run!(photos, opts)
    File.cp!(sample("quadrants.png"), Path.join(photos, "bad.png"))
    File.cp!(sample("quadrants.png"), Path.join(photos, "new.png"))

    assert %{done: 1, made: 1, left_out: %{not_failed: 4}} =
             run!(photos, [retry_failed: true] ++ opts)

    assert %{done: 0} = run!(photos, [retry_failed: true] ++ opts)
  end

  test "thumbnails of images that are gone are deleted, after a dry run that says so, and nothing else",
       context do
    %{photos: photos, out: out, opts: opts} = context
    run!(photos, opts)
    File.rm!(Path.join(photos, "a.png"))
    File.rm_rf!(Path.join(photos, "sub"))
    # Not what the batch made, by now.
    File.write!(Path.join(out, "sub/b.png"), "mine")
    File.write!(Path.join(out, "other.png"), "mine")
    File.cp!(sample("quadrants.png"), Path.join(photos, "d.png"))

    assert %{pruned: 2, planned: 1} = run!(photos, [prune: true, dry_run: true] ++ opts)
    assert made(out) == ~w(a.png other.png sub/b.png sub/c.png)
    assert %{pruned: 2, made: 1} = run!(photos, [prune: true] ++ opts)
    assert made(out) == ~w(d.png other.png sub/b.png)
    assert %{pruned: 0, skipped: 1} = run!(photos, [prune: true] ++ opts)
  end

  test "nothing is deleted when a folder could not be read, such as one that is not mounted",
       context do
    %{photos: photos, out: out, opts: opts} = context
    run!(photos, opts)
    File.rename!(photos, photos <> "-away")
    assert %{pruned: 0, failed: 1} = run!(photos, [prune: true] ++ opts)
    assert %{pruned: 0, failed: 1} = run!(Path.join(photos, "**/*.png"), [prune: true] ++ opts)
    File.mkdir_p!(photos)
    assert %{pruned: 0, done: 0} = run!(photos, [prune: true] ++ opts)
    assert length(made(out)) == 3
  end

  test "a dry run says what the run then does, file by file", %{photos: photos, opts: opts} do
    run!(photos, opts)
    File.cp!(sample("photo.jpg"), Path.join(photos, "a.png"))

    for name <- ~w(new.png x.orf f.pdf),
        do: File.cp!(sample("quadrants.png"), Path.join(photos, name))

    File.mkdir_p!(Path.join(opts[:out], "foreign.png"))
    File.cp!(sample("quadrants.png"), Path.join(photos, "foreign.png"))

    states = fn more ->
      {:ok, agent} = Agent.start_link(fn -> [] end)

      run!(
        photos,
        [
          observe: fn report ->
            Agent.update(agent, &[{report.last.path, report.last.state} | &1])
          end
        ] ++ more ++ opts
      )

      agent |> Agent.get(&Enum.sort/1)
    end

    planned =
      for {path, state} <- states.(dry_run: true),
          do: {path, if(state == :planned, do: :made, else: state)}

    assert planned == states.([])
    assert %{left_out: %{raw: 1}, failed: 2} = run!(photos, opts)
  end

  test "every file of the input ends in one count", %{photos: photos, opts: opts} do
    for name <- ~w(x.orf y.mov z.xmp .h.png t.txt), do: File.write!(Path.join(photos, name), "")
    File.write!(Path.join(photos, "bad.png"), "no image")
    report = run!([photos, Path.join(photos, "a.png"), Path.join(photos, "**/*.png")], opts)
    assert report.made + report.skipped + report.failed == report.done
    assert {report.made, report.failed, report.reasons} == {3, 1, %{unsupported_format: 1}}
    assert report.left_out == %{raw: 1, video: 1, sidecar: 1, hidden: 1, other: 1, repeated: 5}
  end
end
