defmodule Thumbnailer.Batch.ReportTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Batch.Report

  alias Thumbnailer.{Error, Thumbnail}
  alias Thumbnailer.Batch.Report

  @start %Report{started_at: 0}
  @made %Thumbnail{width: 1, height: 1, format: :png, bytes: 1_500}

  test "an image counts once, its thumbnails each" do
    report = Report.add(@start, {"a.jpg", [@made, @made], []})
    assert %{done: 1, thumbnails: 2, bytes: 3_000, failures: []} = report
  end

  test "an image fails when one of its outputs does" do
    error = Error.new(:encode_failed, "no")

    assert %{done: 1, thumbnails: 1, failures: [{"a.jpg", [^error]}]} =
             Report.add(@start, {"a.jpg", [@made], [error]})
  end

  test "failures are listed in their order with message and reason" do
    report =
      @start
      |> Report.add({"a.jpg", [], [Error.new(:bad_image, "cut short")]})
      |> Report.add({<<"b", 255>>, [], [Error.new(:not_found, "no such file")]})

    assert [summary, "  a.jpg: cut short (bad_image)", "  <<98, 255>>: no such file (not_found)"] =
             Report.summary(report, 1_000)

    assert summary == "2 images, 0 thumbnails (0 B) in 1.0 s, 2.0 images/s, 2 failed"
  end

  test "progress before the count and the first image is known does not divide by nothing" do
    assert Report.progress(@start, nil, 0) == "0/?, 0.0 images/s"
    assert Report.progress(@start, 0, 0) == "0/0 (0 %), 0.0 images/s"
  end

  test "progress names failures, and minutes that are left" do
    report = %{@start | done: 10, failures: [{"a", []}]}

    assert Report.progress(report, 1_010, 1_000) ==
             "10/1010 (0 %), 10.0 images/s, 1:40 left, 1 failed"
  end
end
