defmodule Mix.Tasks.Thumbnailer.BatchTest do
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

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
      assert {status, output =~ ~s(--name "{dir}/{name}.{source_ext}.{ext}")} == {1, true}
      {output, status} = mix([sample("orientation_*.jpg"), "--out", out, "--size", "40x40"])
      assert {status, output =~ "8 images: 8 made"} == {0, true}
      assert length(File.ls!(out) -- [".thumbnailer"]) == 8
    end

    test "lists failures with their reasons and ends with 1" do
      {output, status} =
        mix([sample("truncated.jpg"), sample("photo.jpg"), "--out", folder(), "--quiet"])

      assert status == 1
      assert output =~ "2 images: 1 made, 0 skipped, 1 failed"
      assert output =~ ~r/truncated\.jpg: .* \(bad_image\)/
    end

    test "ends with 1 when nothing matches" do
      {output, status} = mix([folder(), "--out", folder()])
      assert status == 1
      assert output =~ "no image matches"
    end
  end
end
