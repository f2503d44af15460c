defmodule Thumbnailer.Batch.SafetyTest do
  # Nothing that is not the batch's own is ever replaced.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Batch

  @moduletag :real
  @moduletag timeout: 180_000

  setup context do
    top = folder()
    photos = Path.join(top, "photos")
    File.mkdir_p!(Path.join(photos, "sub"))
    for name <- ~w(a.jpg sub/b.jpg), do: File.cp!(sample("photo.jpg"), Path.join(photos, name))
    {:ok, top: top, photos: photos, on: start_instance(context.test)}
  end

  defp digests(folder),
    do:
      for(
        path <- files(folder),
        not (path =~ "/.thumbnailer/"),
        into: %{},
        do: {path, :erlang.md5(File.read!(path))}
      )

  # Of whatever names; links are not followed.
  defp files(folder) do
    {paths, 0} = System.cmd("find", [folder, "-type", "f", "-print0"])
    :binary.split(paths, <<0>>, [:global, :trim_all])
  end

  defp run(context, patterns, opts),
    do: Batch.run(patterns, Keyword.merge([on: context.on, sizes: ["40"]], opts))

  defp refused(context, patterns, opts) do
    before = digests(context.photos)
    {:ok, report} = run(context, patterns, opts)
    assert digests(context.photos) |> Map.take(Map.keys(before)) == before
    assert {report.made, report.reasons} == {0, %{write_failed: report.failed}}
    [{_path, [error]} | _] = report.failures
    error.message
  end

  for overwrite <- [:older, :always, :any] do
    test "an image is not replaced by its own thumbnail with --overwrite #{overwrite}",
         %{photos: photos} = context do
      assert refused(context, Path.join(photos, "a.jpg"),
               out: photos,
               overwrite: unquote(overwrite)
             ) =~
               "is the image #{photos}/a.jpg itself, which is never replaced"
    end
  end

  test "nor by a list, nor in a folder that is a link to its own",
       %{photos: photos, top: top} = context do
    list = Path.join(top, "list")
    File.write!(list, Path.join(photos, "a.jpg"))
    assert refused(context, [], from: list, out: "/", overwrite: :any) =~ "itself"
    link = Path.join(top, "link")
    File.ln_s!(photos, link)
    assert refused(context, Path.join(photos, "a.jpg"), out: link, overwrite: :any) =~ "itself"
  end

  test "nor by a hard link that stands in its output's place",
       %{photos: photos, top: top} = context do
    File.mkdir_p!(Path.join(top, "out"))
    File.ln!(Path.join(photos, "a.jpg"), Path.join(top, "out/a.jpg"))

    assert refused(context, Path.join(photos, "a.jpg"),
             out: Path.join(top, "out"),
             overwrite: :any
           ) =~ "itself"
  end

  test "nor by the thumbnail of another image of the run",
       %{photos: photos, top: top} = context do
    other = Path.join(top, "other")
    File.mkdir_p!(other)
    File.cp!(sample("quadrants.jpg"), Path.join(other, "a.jpg"))
    list = Path.join(top, "list")
    # other/a.jpg would become photos/a.jpg, which stands on the list.
    File.write!(list, "#{photos}/a.jpg\n")
    before = digests(photos)

    {:ok, report} =
      run(context, Path.join(other, "a.jpg"), from: list, out: photos, overwrite: :any)

    assert Map.take(digests(photos), Map.keys(before)) == before
    assert [{_path, [error]}] = report.failures
    assert error.message =~ "is the image #{photos}/a.jpg itself"
  end

  test "a file that no batch made stays, until --overwrite any",
       %{photos: photos, top: top} = context do
    out = Path.join(top, "out")
    File.mkdir_p!(out)
    File.write!(Path.join(out, "a.jpg"), "mine")
    File.touch!(Path.join(out, "a.jpg"), 1_000_000_000)

    for overwrite <- [:older, :always, :never] do
      {:ok, _report} = run(context, Path.join(photos, "a.jpg"), out: out, overwrite: overwrite)
      assert File.read!(Path.join(out, "a.jpg")) == "mine"
    end

    assert {:ok, %{made: 1}} = run(context, Path.join(photos, "a.jpg"), out: out, overwrite: :any)
    assert {:ok, %{skipped: 1}} = run(context, Path.join(photos, "a.jpg"), out: out)
  end

  test "nothing is written through a link in the folder for thumbnails, unless links are followed",
       %{photos: photos, top: top} = context do
    [out, elsewhere] = for name <- ~w(out elsewhere), do: Path.join(top, name)
    Enum.each([out, elsewhere], &File.mkdir_p!/1)
    File.ln_s!(elsewhere, Path.join(out, "sub"))
    File.ln_s!(Path.join(elsewhere, "target.jpg"), Path.join(out, "a.jpg"))
    {:ok, report} = run(context, photos, out: out, overwrite: :any)
    assert {report.made, report.failed, File.ls!(elsewhere)} == {0, 2, []}
    {:ok, report} = run(context, photos, out: out, overwrite: :any, follow_links: true)
    # The link in place of a file stays one.
    assert {report.made, report.failed, File.ls!(elsewhere)} == {1, 1, ["b.jpg"]}
  end

  for {what, place} <- [
        {"the folder of the journal", ".thumbnailer"},
        {"the journal", ".thumbnailer/journal"}
      ] do
    test "nothing is written through a link in the place of #{what}, and nothing is made",
         %{photos: photos, top: top} = context do
      [out, elsewhere] = for name <- ~w(out elsewhere), do: Path.join(top, name)
      link = Path.join(out, unquote(place))
      Enum.each([Path.dirname(link), elsewhere], &File.mkdir_p!/1)
      # An empty file would be begun as a journal.
      File.write!(Path.join(elsewhere, "empty"), "")

      target =
        if unquote(place) == ".thumbnailer", do: elsewhere, else: Path.join(elsewhere, "empty")

      File.ln_s!(target, link)

      for opts <- [[], [follow_links: true], [overwrite: :any]] do
        assert {:error, error} = run(context, photos, [out: out] ++ opts)
        assert error.message =~ "#{link} is a link, through which no batch writes; move it away"
      end

      assert {:error, %{reason: :write_failed}} = Thumbnailer.Batch.CLI.ContactSheet.open(out)
      assert {File.ls!(elsewhere), File.read!(elsewhere <> "/empty")} == {["empty"], ""}
      assert File.ls!(out) == [".thumbnailer"]
    end
  end

  for {what, link?} <- [
        {"a page that is no contact sheet stays", false},
        {"a link in the place of the page stays, and so does what it leads to", true}
      ] do
    test "#{what}, and nothing is made", %{photos: photos, top: top} do
      page = Path.join(top, "index.html")
      file = if unquote(link?), do: Path.join(top, "mine.html"), else: page
      File.write!(file, "<p>mine</p>")
      if unquote(link?), do: File.ln_s!(file, page)

      {output, status} =
        System.cmd("mix", ["thumbnailer.batch", photos, "-o", top, "--report"],
          cd: root("elixir_port"),
          env: [{"MIX_ENV", "test"}],
          stderr_to_stdout: true
        )

      assert {status, output =~ "is no contact sheet; move it away"} == {1, true}
      assert File.read!(file) == "<p>mine</p>"
      assert File.lstat!(page).type == unquote(if link?, do: :symlink, else: :regular)
      refute File.exists?(Path.join(top, "a.jpg"))
    end
  end
end
