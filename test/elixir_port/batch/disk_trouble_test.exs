defmodule Thumbnailer.Batch.DiskTroubleTest do
  use ExUnit.Case, async: true

  alias Thumbnailer.Batch.{DiskTrouble, Outcome}
  alias Thumbnailer.Error

  defp failed(reason, message), do: Outcome.failed("a.jpg", Error.new(reason, message))

  defp halt(outcomes),
    do:
      outcomes
      |> Enum.reduce(%DiskTrouble{}, &DiskTrouble.add(&2, &1))
      |> DiskTrouble.halt("/out")

  for {posix, words} <- [
        enospc: "writing: No space left on device",
        edquot: "\"/out/a.jpg\": Disk quota exceeded",
        erofs: "the folder /out/a cannot be made: read-only file system",
        eio: "fsync: Input/output error"
      ] do
    test "three images in a row that fail for #{posix} are the end" do
      outcome = failed(:write_failed, unquote(words))
      assert halt([outcome, outcome]) == nil
      assert %{reason: :write_failed, message: message} = halt([outcome, outcome, outcome])
      assert message =~ ~r{^/out: .+; 3 images in a row could not be written$}
    end
  end

  test "an image that was made in between, or one that was skipped, is no end" do
    outcome = failed(:write_failed, "writing: No space left on device")
    assert halt([outcome, outcome, %Outcome{path: "b", state: :made}, outcome]) == nil
    assert halt([outcome, outcome, %Outcome{path: "b", state: :skipped}, outcome]) != nil
  end

  test "images that are broken are no end, whatever their messages say" do
    assert halt(for _ <- 1..9, do: failed(:bad_image, "no space left on device")) == nil
  end
end
