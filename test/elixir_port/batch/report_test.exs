defmodule Thumbnailer.Batch.ReportTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Batch.Report

  alias Thumbnailer.Error
  alias Thumbnailer.Batch.{Outcome, Report}

  @start %Report{started_at: 0}
  defp made(path, milliseconds \\ 5.0, sizes \\ [1_500]) do
    outputs = for bytes <- sizes, do: %{path: path, bytes: bytes, width: 1, height: 1}

    %Outcome{
      path: path,
      state: :made,
      outputs: outputs,
      made: length(sizes),
      bytes: 9_000,
      milliseconds: milliseconds
    }
  end

  defp failed(path, reason, message \\ "no"),
    do: Outcome.failed(path, Error.new(reason, message))

  defp report(outcomes), do: Enum.reduce(outcomes, @start, &Report.add(&2, &1))

  test "an image counts once, its thumbnails each" do
    report = report([made("a.jpg", 5.0, [1_500, 1_500])])
    assert %{done: 1, made: 1, thumbnails: 2, bytes_in: 9_000, bytes_out: 3_000} = report
  end

  test "what was skipped is neither read nor made" do
    skipped = %Outcome{path: "a.jpg", state: :skipped, outputs: [%{bytes: 1_500}], bytes: 9_000}

    assert %{done: 1, skipped: 1, thumbnails: 0, bytes_in: 0, bytes_out: 0, slowest: []} =
             report([skipped])
  end

  test "an image fails when one of its outputs does" do
    error = Error.new(:encode_failed, "no")
    outcome = %{made("a.jpg") | state: :failed, errors: [error]}

    assert %{done: 1, failed: 1, thumbnails: 1, failures: [{"a.jpg", [^error]}]} =
             report([outcome])
  end

  test "an image that failed counts for one reason, whatever else is wrong with it" do
    outcome = %{
      failed("a.jpg", :bad_image)
      | errors: [Error.new(:bad_image, "one"), Error.new(:timeout, "two")]
    }

    assert report([outcome]).reasons == %{bad_image: 1}
  end

  test "files that are left out are counted by what they are, thumbnails by their format" do
    left_out =
      for kind <- [:raw, :raw, :hidden], do: %Outcome{path: "x", state: :left_out, kind: kind}

    report = report(left_out ++ [made("a.jpg", 5.0, [1_500, 500]), made("b.webp")])
    assert {report.done, report.left_out} == {2, %{raw: 2, hidden: 1}}
    assert report.formats == %{jpeg: {2, 2_000}, webp: {1, 1_500}}
  end
end
