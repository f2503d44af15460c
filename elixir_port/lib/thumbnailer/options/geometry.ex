defmodule Thumbnailer.Options.Geometry do
  @moduledoc false
  # The option rows for size, shape and position.

  import Thumbnailer.Options.Definition, only: [output: 4]

  alias Thumbnailer.Size

  @gravities [
    :centre,
    :north,
    :north_east,
    :east,
    :south_east,
    :south,
    :south_west,
    :west,
    :north_west
  ]

  @doc "The nine places of gravity."
  @spec gravities() :: [atom]
  def gravities, do: @gravities

  @doc "The rows, in the order of test/contract/options.tsv."
  @spec table() :: [Thumbnailer.Options.Definition.t()]
  def table do
    [
      output(
        :fit,
        :choice,
        "how the image fits the box: `:inside` keeps the shape and stays within the box, `:outside` keeps the " <>
          "shape and covers the box, `:cover` covers the box and crops the rest, `:contain` is `:inside` with " <>
          "`:background` around it, `:fill` stretches the image to the box.",
        choices: [:inside, :cover, :contain, :fill, :outside],
        default: :inside
      ),
      output(:enlarge, :boolean, "whether the image may be enlarged.", default: false),
      output(
        :dpr,
        :number,
        "device pixel ratio: multiplies the box, the padding and the radius; 2 for a screen of double density.",
        min: 0.1,
        max: 10,
        default: 1
      ),
      output(
        :gravity,
        :choice,
        "the part that `fit: :cover` keeps, or the position of the image with `fit: :contain`.",
        choices: @gravities,
        choice_spellings: [center: :centre],
        default: :centre
      ),
      output(
        :crop,
        :choice,
        "the part that `fit: :cover` keeps: by `:gravity` (`:centre`), around the subject " <>
          "(`:attention`) or with the most detail (`:entropy`).",
        choices: [:centre, :attention, :entropy],
        choice_spellings: [center: :centre],
        default: :centre
      ),
      output(
        :focus,
        :focus,
        "the point that `fit: :cover` keeps as near to the centre as possible, as fractions of the width and " <>
          "height of the whole displayed image. Replaces `:gravity` and `:crop`.",
        default_doc: "none"
      ),
      output(
        :region,
        :region,
        "the part of the displayed image to use.",
        min: 0,
        max: 2_147_483_647,
        default_doc: "all of it"
      ),
      output(
        :trim,
        :amount,
        "removes the border: pixels that differ from the top left pixel by less than this, of 255, or " <>
          "transparent pixels if that one is transparent. `true` is 10.",
        min: 1,
        max: 255,
        default: false
      ),
      output(
        :padding,
        :padding,
        "pixels of `:background` around the thumbnail, which grows by them.",
        min: 0,
        max: Size.max(),
        default: 0
      ),
      output(
        :rotate,
        :choice,
        "rotates the image clockwise: by its EXIF orientation (`:auto`), or the stored image by these degrees.",
        choices: [:auto, 0, 90, 180, 270],
        default: :auto
      ),
      output(:flip, :choice, "mirrors the image after the rotation.",
        choices: [:none, :horizontal, :vertical, :both],
        default: :none
      )
    ]
  end
end
