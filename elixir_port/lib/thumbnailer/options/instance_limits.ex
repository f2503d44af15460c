defmodule Thumbnailer.Options.InstanceLimits do
  @moduledoc false
  # The rows of the limits of an instance.

  alias Thumbnailer.Options.Definition

  # The maximum of the four bytes of a frame's length.
  @max_length 4_294_967_295

  # More than any machine can use; the program accepts up to 63 bits.
  @max_number 1_000_000_000_000

  @table [
    %Definition{
      name: :max_queue,
      scope: :instance,
      type: :integer,
      min: 1,
      max: 1_000_000,
      default: 1_000,
      doc: "maximum number of waiting requests; further ones get `:overloaded` at once."
    },
    %Definition{
      name: :max_queue_bytes,
      scope: :instance,
      type: :integer,
      min: 1,
      max: @max_number,
      default: 1_073_741_824,
      doc:
        "maximum size of all waiting requests together in bytes, including sources given as `{:bytes, iodata}`; further " <>
          "ones get `:overloaded` at once, unless no other request waits."
    },
    %Definition{
      name: :max_source_bytes,
      wire: "--max-source-bytes",
      scope: :instance,
      type: :integer,
      min: 1,
      max: @max_number,
      default_doc: "268,435,456",
      doc: "maximum size of a source in bytes."
    },
    %Definition{
      name: :max_pixels,
      wire: "--max-pixels",
      scope: :instance,
      type: :integer,
      min: 1,
      max: @max_number,
      default_doc: "200,000,000",
      doc:
        "maximum number of pixels of a source image: width times height, and times frames with `animated: true`."
    },
    %Definition{
      name: :max_side,
      wire: "--max-side",
      scope: :instance,
      type: :integer,
      min: 1,
      max: @max_number,
      default_doc: "65,535",
      doc: "maximum width and height of a source image in pixels."
    },
    %Definition{
      name: :max_frames,
      wire: "--max-frames",
      scope: :instance,
      type: :integer,
      min: 1,
      max: @max_number,
      default_doc: "1,000",
      doc: "maximum number of frames of an animation with `animated: true`."
    },
    %Definition{
      name: :max_icc_bytes,
      wire: "--max-icc-bytes",
      scope: :instance,
      type: :integer,
      min: 1,
      max: @max_number,
      default_doc: "8,388,608",
      doc: "maximum size of the colour profile of a source image in bytes."
    },
    %Definition{
      name: :max_request_bytes,
      wire: "--max-request-bytes",
      scope: :instance,
      type: :integer,
      min: 1024,
      max: @max_length,
      default_doc: "67,108,864",
      doc: "maximum size of a request in bytes; limits `{:bytes, iodata}`."
    },
    %Definition{
      name: :max_streams,
      wire: "--max-streams",
      scope: :instance,
      type: :integer,
      min: 1,
      max: 65_536,
      default_doc: "64",
      doc:
        "maximum number of streams at the same time; further ones wait. Each may use `:max_source_bytes` of " <>
          "memory."
    },
    %Definition{
      name: :max_memory,
      wire: "--max-memory",
      scope: :instance,
      type: :integer,
      min: 16_777_216,
      max: @max_number,
      default_doc: "1,073,741,824",
      doc:
        "the memory of one worker in bytes: a worker that needs more is killed; one that keeps more is replaced."
    },
    %Definition{
      name: :max_step_memory,
      wire: "--max-step-memory",
      scope: :instance,
      type: :integer,
      min: 65_536,
      max: 4_293_918_720,
      default_doc: "268,435,456",
      doc: "the memory that a step has for one image, with the image and its result, in bytes."
    },
    %Definition{
      name: :disable_step_after,
      wire: "--disable-step-after",
      scope: :instance,
      type: :integer,
      min: 0,
      max: 1_000,
      default_doc: "5",
      doc:
        "how many workers a step may end one after the other before it is switched off with `:step_disabled`; 0 never does."
    },
    %Definition{
      name: :max_reply_bytes,
      wire: "--max-reply-bytes",
      scope: :instance,
      type: :integer,
      min: 1024,
      max: @max_length,
      default: 268_435_456,
      doc:
        "maximum size of a reply in bytes: thumbnails that are larger together get `:too_large`; a program that sends " <>
          "more is killed."
    },
    %Definition{
      name: :poison_after,
      wire: "--poison-after",
      scope: :instance,
      type: :integer,
      min: 0,
      max: 1_000,
      default_doc: "2",
      doc:
        "the number of workers that an image may kill before it is refused with `:poison`; 0 refuses none."
    },
    %Definition{
      name: :poison_for,
      wire: "--poison-for",
      scope: :instance,
      type: :integer,
      min: 1,
      max: 86_400_000,
      default_doc: "600,000",
      doc: "how long such an image is refused, in milliseconds."
    }
  ]

  @doc "All rows."
  @spec table() :: [Definition.t()]
  def table, do: @table
end
