defmodule Thumbnailer.Options.Examples do
  @moduledoc false
  # One example for each option of an output, for the documentation and the tests: the options in
  # `make("photo.jpg", {200, 100}, ...)`.

  @table [
    fit: [fit: :cover],
    enlarge: [enlarge: true],
    dpr: [dpr: 2],
    gravity: [fit: :cover, gravity: :north_west],
    crop: [fit: :cover, crop: :attention],
    focus: [fit: :cover, focus: {0.7, 0.2}],
    region: [region: {0.25, 0.25, 0.5, 0.5}],
    trim: [trim: true],
    padding: [padding: {4, 8}],
    rotate: [rotate: 90],
    flip: [flip: :horizontal],
    page: [page: 0],
    animated: [animated: true],
    speed: [speed: :best],
    preview: [preview: :allow],
    truncated: [truncated: :allow],
    fail_on_warning: [fail_on_warning: true],
    profile: [profile: :p3],
    linear: [linear: true],
    background: [fit: :contain, background: "#ff8800"],
    greyscale: [greyscale: true],
    brightness: [brightness: 1.2],
    contrast: [contrast: 1.3],
    saturation: [saturation: 1.5],
    hue: [hue: 90],
    blur: [blur: 3],
    sharpen: [sharpen: 1.5],
    step: [step: {:duotone, strength: 0.8}],
    round: [round: :circle, format: :png],
    overlay: [overlay: "logo.png"],
    overlay_gravity: [overlay: "logo.png", overlay_gravity: :north],
    overlay_opacity: [overlay: "logo.png", overlay_opacity: 0.5],
    overlay_scale: [overlay: "logo.png", overlay_scale: 0.5],
    format: [format: :avif],
    quality: [quality: {:ssim, 0.9}],
    max_bytes: [max_bytes: 1_000],
    effort: [format: :webp, effort: 10],
    progressive: [progressive: true],
    subsampling: [subsampling: 444],
    optimise: [optimise: false],
    lossless: [format: :webp, lossless: true],
    near_lossless: [format: :webp, near_lossless: true, quality: 40],
    alpha_quality: [format: :webp, round: 20, alpha_quality: 10],
    palette: [format: :png, palette: true],
    bit_depth: [format: :png, bit_depth: 4],
    metadata: [metadata: :icc],
    placeholder: [placeholder: :thumbhash],
    to: [to: "small.jpg"]
  ]

  @doc "The example of each option, by its name."
  @spec table() :: keyword(keyword)
  def table, do: @table

  @doc "The example as code; empty for an option without a picture."
  @spec code(atom) :: String.t()
  def code(name) do
    case @table[name] do
      nil ->
        ""

      options ->
        ~s[make("photo.jpg", {200, 100}, #{options |> inspect() |> String.slice(1..-2//1)})]
    end
  end
end
