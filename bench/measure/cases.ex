defmodule Bench.Cases do
  @moduledoc """
  Rarer formats and options, ours beside sharp: a row for each case of `script/bench cases`, and their table.

  A case has a title, the variant of the photo (`Bench.Source.variant/3`), the options of the output, and the minimum of sharp's time
  divided by ours, or nil.
  """

  alias Bench.Table

  @cases [
    {"P3 JPEG to JPEG", :p3, [], 1.25},
    {"P3 JPEG to WebP", :p3, [format: :webp], 1.25},
    {"JPEG to PNG", :photo, [format: :png], 1.25},
    {"CMYK JPEG to JPEG", :cmyk, [], 1.1},
    {"progressive JPEG to JPEG", :progressive, [], 1.1},
    {"TIFF (JPEG) to JPEG", :tiff_jpeg, [], 1.1},
    {"TIFF (LZW) to JPEG", :tiff_lzw, [], 1.1},
    {"contain on white", :photo, [fit: :contain, background: "#ffffff"], 1.25},
    {"crop by attention", :photo, [fit: :cover, crop: :attention], 1.25},
    {"sharpen", :photo, [sharpen: 1], 1.25},
    {"greyscale", :photo, [greyscale: true], nil},
    {"overlay", :photo, [overlay: :overlay], 1.25}
  ]

  @headings ["", "ours ms", "sharp ms", "sharp / ours"] ++
              ["SSIM ours", "SSIM sharp", "bytes ours / sharp"]

  def all, do: @cases

  @doc "The rows of `Bench.Comparison` as a table with a row for each case; nil if no case has figures of both."
  def table(rows) do
    pairs =
      for [%{skipped: nil} = ours, %{skipped: nil} = sharp] <- Enum.chunk_by(rows, & &1.case),
          do: cells(ours, sharp)

    if pairs != [], do: [@headings | pairs]
  end

  defp cells(ours, sharp) do
    [
      ours.case,
      Table.number(ours.ms, 2),
      Table.number(sharp.ms, 2),
      Table.number(sharp.ratio, 2),
      Table.number(ours.ssim, 4),
      Table.number(sharp.ssim, 4),
      Table.number(ours.bytes && sharp.bytes && ours.bytes / sharp.bytes, 3)
    ]
  end
end
