defmodule Thumbnailer.Gallery do
  @moduledoc false
  # docs/options.md and the pictures of docs/pictures: each option with its text from the option table and its effect on
  # samples/images. script/pictures writes them, gallery_test.exs checks that they are current.

  import Thumbnailer.Fixtures, only: [root: 1, step: 1]

  alias Thumbnailer.{Formats, Options, Steps}
  alias Thumbnailer.Options.{Appearance, Definition, Examples, Geometry}

  defmodule Shot do
    @moduledoc false
    # One picture: its call, and its file in docs/pictures.
    defstruct [:file, :options, source: "photo.jpg", size: {200, 100}]
  end

  @wide {200, 100}
  @tall {80, 120}
  @tile {120, 120}

  # The pictures of an option; options without a visible effect have none.
  @shots [
    fit:
      {@wide,
       [[], [fit: :cover], [fit: :contain, background: "#336699"], [fit: :fill], [fit: :outside]]},
    enlarge: {"one_pixel.png", {60, 60}, [[], [enlarge: true]]},
    gravity:
      {@tall, for(gravity <- [:west, :centre, :east], do: [fit: :cover, gravity: gravity])},
    crop: {@tall, for(crop <- [:centre, :attention, :entropy], do: [fit: :cover, crop: crop])},
    focus: {@tall, [[fit: :cover, focus: {0.73, 0.4}], [fit: :cover, focus: {0, 0}]]},
    region: {@wide, [[region: {0.5, 0.2, 0.4, 0.4}], [region: {400, 120, 160, 120}]]},
    padding:
      {@wide, [[padding: 10, background: "#336699"], [padding: {5, 30}, background: "#336699"]]},
    rotate: {@tile, for(degrees <- [0, 90, 180, 270], do: [rotate: degrees])},
    flip: {@tile, for(flip <- [:none, :horizontal, :vertical, :both], do: [flip: flip])},
    page: {"animated.gif", @tile, for(page <- 0..2, do: [page: page])},
    animated: {"animated.gif", @tile, [[animated: true]]},
    background:
      {"alpha.png", @tile,
       for(colour <- ["#ffffff", "#336699"], do: [format: :jpeg, background: colour])},
    greyscale: {@wide, [[greyscale: true]]},
    brightness: {@wide, [[brightness: 0.6], [brightness: 1.4]]},
    contrast: {@wide, [[contrast: 0.5], [contrast: 1.5]]},
    saturation: {@wide, [[saturation: 0.3], [saturation: 2]]},
    hue: {@wide, [[hue: 90], [hue: 180]]},
    blur: {@wide, [[blur: 1.5], [blur: 5]]},
    sharpen: {@wide, [[sharpen: true], [sharpen: 2]]},
    step:
      {@wide,
       [
         [step: :duotone],
         [step: {:duotone, strength: 0.5, dark: "#3d1d57", light: "#faf1dd"}],
         [step: {:dither, palette: :arcade}],
         [step: {:polaroid, border: 6}]
       ]},
    round:
      {@tile,
       [[fit: :cover, round: 20, format: :png], [fit: :cover, round: :circle, format: :png]]},
    overlay: {@wide, [[overlay: "quadrants.png"]]},
    overlay_gravity:
      {@wide,
       for(
         gravity <- [:north_west, :centre],
         do: [overlay: "quadrants.png", overlay_gravity: gravity]
       )},
    overlay_opacity: {@wide, [[overlay: "quadrants.png", overlay_opacity: 0.4]]},
    overlay_scale: {@wide, [[overlay: "quadrants.png", overlay_scale: 0.5]]},
    quality: {@wide, for(quality <- [5, 30, 80, {:ssim, 0.95}], do: [quality: quality])},
    max_bytes: {@wide, [[max_bytes: 1_000], [max_bytes: 3_000]]},
    palette: {@tile, [[format: :png, palette: true]]},
    bit_depth: {@tile, for(bits <- [1, 2, 4], do: [format: :png, bit_depth: bits])}
  ]

  # The pictures of README.md, by their files.
  @readme [
    {"small.jpg", 200, []},
    {"square.webp", @tile, [fit: :cover, crop: :attention, format: :webp]},
    {"avatar.png", @tile, [fit: :cover, round: :circle, format: :png]},
    {"marked.jpg", 200, [overlay: "quadrants.png", overlay_opacity: 0.6]},
    {"grey.jpg", "200x", [greyscale: true, contrast: 1.3]}
  ]

  @introduction """
  # Options

  The options of `Thumbnailer.make/3` and similar functions, and their effect on this photo of 640 x 480 pixels:

  ![hills at dusk, with a low sun](pictures/photo.jpg)

  Options can be combined in any order; they are applied in the order of this page. An unknown option or a value out of
  range raises `ArgumentError`; the message lists the accepted values. An option of one format has no effect in another
  (`lossless` of a jpeg, `quality` of a png), so that several formats can share one list.

  ```elixir
  {:ok, thumbnail} = Thumbnailer.make("photo.jpg", {200, 100}, fit: :cover, greyscale: true, format: :webp, quality: 60)
  {200, 100, :webp} = {thumbnail.width, thumbnail.height, thumbnail.format}
  ```

  The same options are flags of `mix thumbnailer.batch` (`--fit cover --max-bytes 20000`) and keys of the
  [protocol](protocol.md#options). `script/pictures` makes this page and its pictures.

  ## The size

  The second argument: `200` (the longest side), `{200, 100}` or `"200x100"` (a box), `"200x"` or `"x100"` (the
  other side follows from the shape of the image). Sides are in pixels, from 1 to 16,383.
  """

  @sections [
    {"Shape and position", Geometry},
    {"Content and colours", Appearance},
    {"The file", Options.Encoding}
  ]

  @doc "All pictures, in the order of the page and then those of README.md."
  def shots, do: Enum.flat_map(@shots, fn {name, about} -> shots(name, about) end) ++ readme()

  @doc "The picture that they are made of, a copy beside them: published pages have no samples."
  def original, do: "photo.jpg"

  @doc "The pictures of README.md."
  def readme do
    for {file, size, options} <- @readme,
        do: %Shot{file: file, size: size, options: options}
  end

  defp shots(name), do: if(@shots[name], do: shots(name, @shots[name]), else: [])
  defp shots(name, {size, all}), do: shots(name, {"photo.jpg", size, all})

  defp shots(name, {source, size, all}) do
    for {options, index} <- Enum.with_index(all, 1) do
      %Shot{
        file: "#{name}-#{index}.#{suffix(source, options)}",
        source: source,
        size: size,
        options: options
      }
    end
  end

  defp suffix(source, options), do: Formats.suffix(options[:format] || Formats.of_path(source))

  @doc "The call that makes a picture, as a reader writes it."
  def code(%Shot{options: []} = shot), do: "make(#{inspect(shot.source)}, #{inspect(shot.size)})"

  def code(shot),
    do:
      "make(#{inspect(shot.source)}, #{inspect(shot.size)}, #{shot.options |> inspect() |> String.slice(1..-2//1)})"

  @doc "Gives the default instance the sample steps; an error where they cannot be translated."
  def add_steps do
    Enum.find_value([:duotone, :dither, :polaroid], :ok, fn name ->
      with {:ok, _step} <- Steps.add(Thumbnailer, name, step(name)), do: nil
    end)
  end

  @doc "Makes a picture into `folder`; those of steps after `add_steps/0`."
  def make!(shot, folder) do
    options =
      for option <- shot.options do
        with {:overlay, name} <- option, do: {:overlay, sample(name)}
      end

    Thumbnailer.make!(
      sample(shot.source),
      shot.size,
      options ++ [to: Path.join(folder, shot.file)]
    )
  end

  @doc "docs/options.md."
  def page do
    [@introduction, Enum.map(@sections, &section/1), [call()]]
    |> List.flatten()
    |> Enum.join("\n")
  end

  @doc "docs/formats.md with the table of formats between its two comments."
  def with_formats(page) do
    String.replace(
      page,
      ~r/(<!-- The table.*?-->\n).*?(<!-- end of the table -->)/s,
      "\\1\n#{Formats.markdown()}\n\\2"
    )
  end

  defp section({title, module}) do
    ["## #{title}\n" | Enum.map(module.table(), &option/1)]
  end

  defp option(row) do
    """
    ### `#{row.name}`

    #{sentences(row)}

    #{example(row.name)}#{row.name |> shots() |> pictures()}\
    """
  end

  defp sentences(row) do
    {first, rest} = row |> Definition.describe() |> String.split_at(1)
    String.upcase(first) <> rest
  end

  defp example(name) do
    case {Examples.code(name), shots(name)} do
      {"", _shots} -> ""
      {_code, [_ | _]} -> ""
      {code, []} -> "`#{code}`\n"
    end
  end

  defp pictures([]), do: ""

  defp pictures(shots) do
    rows =
      for shot <- shots,
          do: "| `#{code(shot)}` | ![#{alternative(shot)}](pictures/#{shot.file}) |\n"

    "| | |\n|---|---|\n" <> Enum.join(rows)
  end

  defp alternative(%{options: []}), do: "without options"

  defp alternative(shot),
    do: shot.options |> inspect() |> String.slice(1..-2//1) |> String.replace(["[", "]"], "")

  defp call do
    rows =
      [:request, :call]
      |> Options.table()
      |> Enum.map_join("\n", &"### `#{&1.name}`\n\n#{sentences(&1)}\n")

    "## The call\n\nThese options apply to a whole call, not to one of its thumbnails.\n\n" <>
      rows
  end

  defp sample(name), do: root("samples/images/" <> name)
end
