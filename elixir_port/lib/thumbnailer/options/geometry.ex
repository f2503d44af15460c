defmodule Thumbnailer.Options.Geometry do
  @moduledoc false
  # The rows of what decides on size, shape and place.

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
        "how the image meets the box: `:inside` keeps the shape and stays within it, `:outside` keeps the " <>
          "shape and covers it, `:cover` covers it and cuts off what stands over, `:contain` is `:inside` with " <>
          "`:background` around it, `:fill` stretches.",
        choices: [:inside, :cover, :contain, :fill, :outside],
        default: :inside
      ),
      output(:enlarge, :boolean, "whether the image may become larger than it is.", default: false),
      output(
        :dpr,
        :number,
        "pixels for each pixel of the box, the padding and the radius: 2 for a screen of double density.",
        min: 0.1,
        max: 10,
        default: 1
      ),
      output(
        :gravity,
        :choice,
        "which part stays with `fit: :cover`, where the image stands with `fit: :contain`.",
        choices: @gravities,
        choice_spellings: [center: :centre],
        default: :centre
      ),
      output(
        :crop,
        :choice,
        "which part stays with `fit: :cover`: that of `:gravity`, the one that draws the eye " <>
          "(`:attention`) or the one with the most detail (`:entropy`).",
        choices: [:centre, :attention, :entropy],
        choice_spellings: [center: :centre],
        default: :centre
      ),
      output(
        :focus,
        :focus,
        "the point that stays in the picture with `fit: :cover`, as near to the middle as it can: parts of " <>
          "the width and height of the whole image as it is shown. Takes the place of `:gravity` and `:crop`.",
        default_doc: "none"
      ),
      output(
        :region,
        :region,
        "the part of the image that is used, as it is shown.",
        min: 0,
        max: 2_147_483_647,
        default_doc: "all of it"
      ),
      output(
        :trim,
        :amount,
        "cuts off the border of one colour, or the transparent one: what differs from the top left pixel by " <>
          "less than this, of 255. `true` is 10.",
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
        "how the image is turned clockwise: as the camera says, or by so many degrees from how it is stored.",
        choices: [:auto, 0, 90, 180, 270],
        default: :auto
      ),
      output(:flip, :choice, "mirrors what is shown.",
        choices: [:none, :horizontal, :vertical, :both],
        default: :none
      )
    ]
  end
end
