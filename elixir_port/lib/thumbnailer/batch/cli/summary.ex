defmodule Thumbnailer.Batch.CLI.Summary do
  @moduledoc false
  # A report as people read it: the line that shows how far a batch is, and what stands at its end.

  alias Thumbnailer.Batch.{Format, Report}

  # Of fewer images each is the slowest.
  @slowest 5

  @kinds [
    raw: "raw",
    video: "video",
    sidecar: "sidecar",
    image: "images in formats that are not read",
    hidden: "hidden",
    link: "links",
    special: "devices or pipes",
    excluded: "excluded",
    older: "older than --since",
    not_failed: "not failed before",
    thumbnail: "thumbnails of earlier runs",
    repeated: "named twice",
    other: "other files"
  ]

  @doc """
  The progress in one line.

      iex> report = %Thumbnailer.Batch.Report{started_at: 0, total: 200, done: 50, made: 50}
      iex> Thumbnailer.Batch.CLI.Summary.progress(report, 2_000)
      "50/200 (25 %), 25.0 images/s, 0:06 left"
  """
  @spec progress(Report.t(), integer) :: String.t()
  def progress(report, now) do
    Enum.join(
      [done(report), rate(report, now)] ++
        left(report, now) ++ count(report.skipped, "skipped") ++ count(report.failed, "failed"),
      ", "
    )
  end

  @doc """
  What came of the batch: a summary, formats, what was left out, the slowest images, then each failure with its reason.

      iex> report = %Thumbnailer.Batch.Report{started_at: 0, done: 2, made: 2, thumbnails: 4, bytes_in: 9_000_000, bytes_out: 20_480}
      iex> Thumbnailer.Batch.CLI.Summary.lines(report, 500)
      ["2 images: 2 made, 0 skipped, 0 failed; 4 thumbnails in 0.5 s, 4.0 images/s, 9.0 MB in, 20.5 kB out"]
  """
  @spec lines(Report.t(), integer) :: [String.t()]
  def lines(report, now) do
    [first(report, now)] ++
      formats(report, now) ++
      warned(report) ++
      pruned(report) ++
      left_out(report.left_out) ++
      slowest(report.slowest) ++ reasons(report.reasons) ++ failures(report)
  end

  defp first(report, now) do
    seconds = Float.round(Report.elapsed(report, now) / 1000, 1)

    "#{report.done} images: #{states(report)}; #{report.thumbnails} thumbnails in #{seconds} s, " <>
      "#{rate(report, now)}, #{Format.bytes(report.bytes_in)} in, #{Format.bytes(report.bytes_out)} out"
  end

  defp states(%{planned: planned, skipped: skipped, failed: failed}) when planned > 0,
    do: "#{planned} to be made, #{skipped} skipped, #{failed} failed"

  defp states(report),
    do: "#{report.made} made, #{report.skipped} skipped, #{report.failed} failed"

  defp formats(report, now) do
    for {format, {count, bytes}} <- Enum.sort(report.formats) do
      rate = Format.bytes(1000 * bytes / Report.elapsed(report, now))

      "  #{format}: #{count} thumbnails, #{Format.bytes(bytes)}, #{Format.bytes(bytes / count)} each, #{rate}/s"
    end
  end

  defp warned(%{warned: 0}), do: []

  defp warned(%{warned: count}),
    do: ["damaged: #{count} images that were made, see --verbose or --log; --fail-on-warning"]

  defp pruned(%{pruned: 0}), do: []
  defp pruned(%{pruned: count}), do: ["pruned: #{count} thumbnails of images that are gone"]

  defp left_out(kinds) when kinds == %{}, do: []

  defp left_out(kinds) do
    [
      "left out: " <>
        Enum.join(
          for({kind, words} <- @kinds, count = kinds[kind], do: "#{count} #{words}"),
          ", "
        )
    ]
  end

  defp slowest(slowest) when length(slowest) < @slowest, do: []

  defp slowest(slowest),
    do: [
      "slowest:"
      | for(
          {milliseconds, path} <- slowest,
          do: "  #{round(milliseconds)} ms  #{Format.printable(path)}"
        )
    ]

  defp reasons(reasons) when reasons == %{}, do: []

  defp reasons(reasons) do
    counts = Enum.sort_by(reasons, fn {reason, count} -> {-count, reason} end)
    ["failed: " <> Enum.map_join(counts, ", ", fn {reason, count} -> "#{count} #{reason}" end)]
  end

  defp failures(report) do
    listed = report.failures |> Enum.reverse() |> Enum.flat_map(&failure/1)
    more = report.failed - length(report.failures)
    if more > 0, do: listed ++ ["  and #{more} more"], else: listed
  end

  defp failure({path, errors}),
    do:
      for(
        error <- errors,
        do: "  #{Format.printable(path)}: #{Format.text(error.message)} (#{error.reason})"
      )

  defp done(%{total: nil, done: done}), do: "#{done}/?"

  defp done(%{total: total, done: done}),
    do: "#{done}/#{total} (#{div(100 * done, max(total, 1))} %)"

  defp rate(report, now), do: "#{Report.rate(report, now)} images/s"

  defp left(%{total: total, done: done}, _now) when total == nil or done == 0, do: []

  # Those that were skipped took no time, and say nothing of what is to come.
  defp left(report, now) do
    worked = max(report.done - report.skipped, 1)
    seconds = div((report.total - report.done) * Report.elapsed(report, now), 1000 * worked)
    ["#{Format.clock(seconds)} left"]
  end

  defp count(0, _what), do: []
  defp count(number, what), do: ["#{number} #{what}"]
end
