defmodule Bench.Target do
  @moduledoc """
  The targets, one row each: `{what, at, sense, wanted, measured}`. `sense` is `:at_least` or `:at_most`; `measured` is nil without a
  figure. A ratio is the median of the ratios of all rounds, so that both of its parts were measured within the same seconds.
  """

  alias Bench.{Cases, Comparison, Rounds, Table}

  @fast "ours, fast"
  @balanced "ours, balanced"
  @unshrunk "sharp, fastShrinkOnLoad: false"

  # The photo, two at a time: the minimum of their time divided by ours, to 720x588 and to 200.
  @photo [
    {"sharp", @fast, 2.0, 2.0},
    {"sharp", @balanced, 1.6, 1.6},
    {@unshrunk, @balanced, 2.2, 2.2},
    {"thumbnail_buffer in a NIF", @balanced, 1.4, 1.15},
    {"Pillow", @balanced, 1.2, nil},
    {"vipsthumbnail", @balanced, 4.0, nil},
    {"ImageMagick", @balanced, 8.0, nil}
  ]

  @doc "All targets, with the last figures of each benchmark."
  def all(settings) do
    rows = fn name -> Comparison.read(name, settings) end
    table = fn name -> Table.read(name, settings) end

    photo(rows.("photo")) ++
      formats(rows.("formats")) ++
      cases(rows.("cases")) ++
      several(rows.("several")) ++
      progressive(rows.("progressive")) ++
      crossing(table.("ping"), rows.("photo")) ++
      soak(table.("soak")) ++ faults(table.("faults"))
  end

  defp photo(rows) do
    for {theirs, ours, at_720, at_200} <- @photo,
        {title, wanted} <- [{"720x588", at_720}, {"200", at_200}],
        wanted,
        title = "photo to #{title}, 2 at a time",
        target <- speed(rows, title, ours, theirs, wanted) ++ quality(rows, title, ours, theirs),
        do: target
  end

  defp speed(rows, title, ours, theirs, wanted),
    do: [at_least("#{theirs} / #{ours}", title, wanted, ratio(rows, title, theirs, ours))]

  # Only sharp is comparable in quality and bytes.
  defp quality(rows, title, ours, "sharp" <> _options = theirs) do
    {mine, other} = {find(rows, title, ours), find(rows, title, theirs)}

    [
      at_least(
        "SSIM, #{ours} minus #{theirs}",
        title,
        -0.001,
        calculate(mine, other, :ssim, &Kernel.-/2)
      ),
      at_most(
        "bytes, #{ours} / #{theirs}",
        title,
        1.03,
        calculate(mine, other, :bytes, &Kernel.//2)
      )
    ]
  end

  defp quality(_rows, _title, _ours, _theirs), do: []

  # Sources of other formats, to a WebP.
  @formats png: 1.15, webp: 1.4, avif: 2.0

  defp formats(rows) do
    for {format, wanted} <- @formats,
        target <- speed(rows, "#{format} to 512, 2 at a time", @balanced, "sharp", wanted),
        do: target
  end

  defp cases(rows) do
    for {title, _variant, _options, wanted} <- Cases.all(),
        wanted,
        target <- speed(rows, title, @balanced, "sharp", wanted),
        do: target
  end

  defp several(rows) do
    title = "photo to 1600, 800, 400, 200 as WebP and JPEG, 2 at a time"

    [
      at_most(
        "all eight / the largest alone",
        title,
        1.6,
        ratio(rows, title, @balanced, "ours, the largest alone")
      )
    ]
  end

  defp progressive(rows) do
    title = "progressive, 24 MP, to 200"
    {mine, sharp} = {find(rows, title, @balanced), find(rows, title, "sharp")}

    [
      at_most("time, #{@balanced} / sharp", title, 0.5, ratio(rows, title, @balanced, "sharp")),
      at_most(
        "peak RSS, #{@balanced} / sharp",
        title,
        0.25,
        calculate(mine, sharp, :peak_mb, &Kernel.//2)
      )
    ]
  end

  defp crossing(pings, photo) do
    {ping, peer} = {p50(pings, "Thumbnailer.ping/1"), p50(pings, "a call to a pooled :peer")}
    title = "photo to 200, 1 at a time"

    {bytes, path} = {find(photo, title, @balanced), find(photo, title, "ours, balanced, by path")}

    [
      at_most(
        "p50 of ping/1 / of a call to a pooled :peer",
        "one processor",
        0.333,
        ping && peer && ping / peer
      ),
      at_most(
        "ms by bytes minus ms by path",
        title,
        0.4,
        calculate(bytes, path, :ms, &Kernel.-/2)
      )
    ]
  end

  defp p50(pings, implementation) do
    with %{"p50_us" => p50} <- Enum.find(pings, &(&1["implementation"] == implementation)),
         do: to_number(p50)
  end

  defp soak(rows) do
    measured =
      if length(rows) == 10,
        do: to_number(List.last(rows)["workers_mb"]) / to_number(hd(rows)["workers_mb"])

    [at_most("worker RSS after 10,000 images / after 1,000", "soak", 1.05, measured)]
  end

  defp faults(rows) do
    for %{"third" => third, "ratio" => ratio} <- Enum.drop(rows, 1),
        do:
          at_least(
            "images/s with a third that #{third} / with a good third",
            "faults",
            0.95,
            to_number(ratio)
          )
  end

  defp ratio(rows, title, above, below) do
    with %{rounds: above} <- find(rows, title, above),
         %{rounds: below} <- find(rows, title, below),
         do: Rounds.ratio(above, below)
  end

  defp find(rows, title, implementation),
    do:
      Enum.find(
        rows,
        &(&1.case == title and &1.implementation == implementation and is_nil(&1.skipped))
      )

  defp calculate(mine, other, column, act) do
    if mine && other && mine[column] && other[column], do: act.(mine[column], other[column])
  end

  defp at_least(what, at, wanted, measured), do: {what, at, :at_least, wanted, measured}
  defp at_most(what, at, wanted, measured), do: {what, at, :at_most, wanted, measured}

  @doc "Whether a target was met, and by how much: in per cent of the target, or as a difference if the target is not positive."
  def result({_what, _at, _sense, _wanted, nil}), do: "not measured"

  def result({_what, _at, sense, wanted, measured}) do
    above = if sense == :at_least, do: measured - wanted, else: wanted - measured

    by =
      if wanted > 0,
        do: "#{round(100 * abs(above) / wanted)} %",
        else: Table.number(abs(above), 4)

    if above >= 0, do: "met by #{by}", else: "**missed by #{by}**"
  end

  defp to_number(text), do: text |> Float.parse() |> elem(0)
end
