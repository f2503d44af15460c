defmodule Thumbnailer.Batch.CLI.SummaryTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Batch.CLI.Summary

  alias Thumbnailer.Error
  alias Thumbnailer.Batch.{Outcome, Report}
  alias Thumbnailer.Batch.CLI.Summary

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

  test "failures are listed in their order with message and reason" do
    report = report([failed("a.jpg", :bad_image, "cut short"), failed(<<"b", 255>>, :not_found)])

    assert [_summary, reasons, "  a.jpg: cut short (bad_image)", ~S|  "b\xFF": no (not_found)|] =
             Summary.lines(report, 1_000)

    assert reasons == "failed: 1 bad_image, 1 not_found"
  end

  test "a million failures are counted, and a hundred kept" do
    report = report(for n <- 1..250, do: failed("#{n}.jpg", :bad_image))
    assert %{failed: 250, reasons: %{bad_image: 250}} = report
    assert length(report.failures) == 100
    lines = Summary.lines(report, 1_000)
    assert length(lines) == 103
    assert Enum.at(lines, 2) == "  1.jpg: no (bad_image)"
    assert List.last(lines) == "  and 150 more"
  end

  test "the five slowest are named, the slowest first" do
    report = report(for n <- [3, 9, 1, 7, 5, 8], do: made("#{n}.jpg", n / 1))

    assert ["slowest:", "  9 ms  9.jpg", "  8 ms  8.jpg" | rest] =
             report |> Summary.lines(1_000) |> Enum.drop_while(&(&1 != "slowest:"))

    assert length(rest) == 3
  end

  test "progress before the count and the first image is known does not divide by nothing" do
    assert Summary.progress(@start, 0) == "0/?, 0.0 images/s"
    assert Summary.progress(%{@start | total: 0}, 0) == "0/0 (0 %), 0.0 images/s"
  end

  test "progress names failures, and minutes that are left" do
    report = %{@start | done: 10, failed: 1}

    assert Summary.progress(%{report | total: 1_010}, 1_000) ==
             "10/1010 (0 %), 10.0 images/s, 1:40 left, 1 failed"
  end

  test "what was skipped does not make the rest look quick" do
    report = %{@start | done: 1_000, skipped: 990}
    assert Summary.progress(%{report | total: 1_100}, 10_000) =~ "1:40 left, 990 skipped"
  end

  test "what was left out, made and pruned is said" do
    left_out =
      for kind <- [:raw, :raw, :hidden], do: %Outcome{path: "x", state: :left_out, kind: kind}

    pruned = %Outcome{path: "gone.jpg", state: :pruned, outputs: [%{path: "gone.jpg"}]}

    assert (left_out ++ [made("a.jpg"), pruned]) |> report() |> Summary.lines(1_000) |> tl() == [
             "  jpeg: 1 thumbnails, 1.5 kB, 1.5 kB each, 1.5 kB/s",
             "pruned: 1 thumbnails of images that are gone",
             "left out: 2 raw, 1 hidden"
           ]
  end
end
