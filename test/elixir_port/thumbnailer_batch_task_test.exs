defmodule Mix.Tasks.Thumbnailer.BatchTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Parts

  alias Mix.Tasks.Thumbnailer.Batch, as: Task

  describe "parse!/1" do
    test "reads every flag of the option table as its type" do
      arguments =
        ~w(photos *.png --out thumbs --size 200x200 --size 50x --jobs 3 --format webp --fit cover --quality 70
                     --background #fff --enlarge --timeout 500)

      batch = Task.parse!(arguments)
      assert batch.patterns == ["photos", "*.png"]
      assert {batch.out, batch.sizes, batch.jobs} == {"thumbs", ["200x200", "50x"], 3}

      assert Enum.sort(batch.options) ==
               [
                 background: "#ffffffff",
                 enlarge: true,
                 fit: :cover,
                 format: :webp,
                 quality: 70,
                 timeout: 500
               ]
    end

    test "has defaults" do
      assert %{sizes: ["200x200"], options: [], jobs: jobs} = Task.parse!(~w(photos --out thumbs))
      assert jobs == System.schedulers_online()
    end

    for {arguments, words} <- [
          {~w(photos), "--out DIR"},
          {~w(--out thumbs), "at least one file, folder or glob"},
          {~w(photos --out t --fit squash),
           "--fit squash: it takes one of inside, cover, contain, fill, outside"},
          {~w(photos --out t --quality 0), "--quality 0: it takes an integer from 1 to 100"},
          {~w(photos --out t --quality high), "--quality high"},
          {~w(photos --out t --background white),
           "--background white: it takes a colour such as"},
          {~w(photos --out t --size 0x5), "--size: size must be 200"},
          {~w(photos --out t --jobs 0), "--jobs 0: it takes an integer from 1 to 256"}
        ] do
      test "refuses #{Enum.join(arguments, " ")}" do
        error = assert_raise Mix.Error, fn -> Task.parse!(unquote(arguments)) end
        assert error.message =~ unquote(words)
      end
    end

    test "refuses flags that it does not know, among them --to" do
      for flag <- ["--to", "--width", "--siez"] do
        assert_raise OptionParser.ParseError, fn ->
          Task.parse!(["photos", "--out", "t", flag, "1"])
        end
      end
    end
  end

  describe "mix thumbnailer.batch" do
    @describetag :real
    @describetag timeout: 120_000

    defp mix(arguments) do
      System.cmd("mix", ["thumbnailer.batch" | arguments],
        cd: root("elixir_port"),
        env: [{"MIX_ENV", "test"}],
        stderr_to_stdout: true
      )
    end

    test "makes a tree, prints a summary and ends with 0" do
      out = folder()

      {output, status} =
        mix([
          sample("quadrants.{png,jpg}"),
          "--out",
          out,
          "--size",
          "40x40",
          "--format",
          "png",
          "--jobs",
          "1"
        ])

      # Both have the same output.
      assert {status, output =~ "2 images, 1 thumbnails"} == {1, true}
      {output, status} = mix([sample("orientation_*.jpg"), "--out", out, "--size", "40x40"])
      assert {status, output =~ "8 images, 8 thumbnails"} == {0, true}
      assert length(File.ls!(out)) == 9
    end

    test "lists failures with their reasons and ends with 1" do
      {output, status} =
        mix([sample("truncated.jpg"), sample("photo.jpg"), "--out", folder(), "--quiet"])

      assert status == 1
      assert output =~ "2 images, 1 thumbnails"
      assert output =~ ~r/truncated\.jpg: .* \(bad_image\)/
    end

    test "ends with 1 when nothing matches" do
      {output, status} = mix([folder(), "--out", folder()])
      assert status == 1
      assert output =~ "no image matches"
    end
  end
end
