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

  test "failures are listed in their order with message and reason" do
    report = report([failed("a.jpg", :bad_image, "cut short"), failed(<<"b", 255>>, :not_found)])

    assert [_summary, reasons, "  a.jpg: cut short (bad_image)", "  <<98, 255>>: no (not_found)"] =
             Report.summary(report, 1_000)

    assert reasons == "failed: 1 bad_image, 1 not_found"
  end

  test "a million failures are counted, and a hundred kept" do
    report = report(for n <- 1..250, do: failed("#{n}.jpg", :bad_image))
    assert %{failed: 250, reasons: %{bad_image: 250}} = report
    assert length(report.failures) == 100
    lines = Report.summary(report, 1_000)
    assert length(lines) == 103
    assert Enum.at(lines, 2) == "  1.jpg: no (bad_image)"
    assert List.last(lines) == "  and 150 more"
  end

  test "the five slowest are named, the slowest first" do
    report = report(for n <- [3, 9, 1, 7, 5, 8], do: made("#{n}.jpg", n / 1))

    assert ["slowest:", "  9 ms  9.jpg", "  8 ms  8.jpg" | rest] =
             tl(Report.summary(report, 1_000))

    assert length(rest) == 3
  end

  test "progress before the count and the first image is known does not divide by nothing" do
    assert Report.progress(@start, nil, 0) == "0/?, 0.0 images/s"
    assert Report.progress(@start, 0, 0) == "0/0 (0 %), 0.0 images/s"
  end

  test "progress names failures, and minutes that are left" do
    report = %{@start | done: 10, failed: 1}

    assert Report.progress(report, 1_010, 1_000) ==
             "10/1010 (0 %), 10.0 images/s, 1:40 left, 1 failed"
  end

  test "what was skipped does not make the rest look quick" do
    report = %{@start | done: 1_000, skipped: 990}
    assert Report.progress(report, 1_100, 10_000) =~ "1:40 left, 990 skipped"
  end
end
