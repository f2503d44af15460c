defmodule Thumbnailer.Options.InstanceSurroundings do
  @moduledoc false
  # The rows of what an instance has around it: steps, formats, fonts and folders, its sandbox, its cluster, its program.

  alias Thumbnailer.Formats
  alias Thumbnailer.Options.Definition

  @table [
    %Definition{
      name: :steps,
      scope: :instance,
      type: :step_sources,
      default_doc: "none",
      doc: "steps that the option `:step` can name, see `Thumbnailer.Steps`."
    },
    %Definition{
      name: :loaders,
      wire: "--loaders",
      scope: :instance,
      type: :names,
      choices: Enum.map(Formats.table(), & &1.name),
      default_doc: Formats.default_doc(),
      doc:
        "the formats to read; `:jxl`, `:jp2k` and `:pdf` only if the system's libvips supports them, `:heic` if the program " <>
          "was built with libde265. `Thumbnailer.info/1` lists the formats in use."
    },
    %Definition{
      name: :fonts,
      wire: "--fonts",
      scope: :instance,
      type: :fonts,
      default_doc: "`[\"sans-serif\", \"serif\", \"monospace\"]`",
      doc:
        "the fonts that text of svg is drawn with: families, as the system's fontconfig knows them, and files or folders, which have " <>
          "a slash in their names. `[]` leaves text out; where no font is found, a drawing with text is " <>
          "`:unsupported_format`. Which there are stands in `Thumbnailer.info/1`."
    },
    %Definition{
      name: :roots,
      wire: "--root",
      scope: :instance,
      type: :paths,
      default_doc: "none, every file that this user may reach",
      doc: "the only folders for sources and thumbnails."
    },
    %Definition{
      name: :isolation,
      scope: :instance,
      type: :choice,
      choices: [:worker, :image],
      default_doc: "`:worker`",
      doc:
        "`:image` gives each image a new process, so that no image can affect the next; it means `max_images_per_worker: 1` " <>
          "and takes one to two milliseconds more for each image."
    },
    %Definition{
      name: :sandbox,
      wire: "--sandbox",
      scope: :instance,
      type: :choice,
      choices: [:require, :best_effort, :audit, :off],
      default_doc: "`:best_effort`",
      doc:
        "the sandbox of the workers: `:require` starts only if the system supports the whole sandbox, `:best_effort` uses " <>
          "the supported parts, `:audit` reports violations without blocking them, `:off` uses none."
    },
    %Definition{
      name: :jpeg_fast_path,
      wire: "--jpeg-fast-path",
      scope: :instance,
      type: :choice,
      choices: [:auto, :off],
      default_doc: "`:auto`",
      doc:
        "whether JPEGs and WebPs are resampled as planes, without RGB pixels, where this gives the same " <>
          "picture; `:off` uses libvips for all images."
    },
    %Definition{
      name: :cluster,
      scope: :instance,
      type: :name,
      default_doc: "none, only this node uses it",
      doc:
        "the cluster group to join, for requests of all connected nodes with `on: {:cluster, group}`, see " <>
          "`Thumbnailer.Cluster`."
    },
    %Definition{
      name: :discover,
      scope: :instance,
      type: :discovery,
      default_doc: "none, the nodes are connected by others",
      doc:
        "how this node finds others and connects to them: `[dns: \"thumbs.internal\"]`, a name with the addresses of all machines, or " <>
          "`[gossip: options]`, UDP multicast, see [More than one machine](clustering.md#how-nodes-find-each-other)."
    },
    %Definition{
      name: :start_timeout,
      scope: :instance,
      type: :integer,
      min: 1,
      max: 3_600_000,
      default: 10_000,
      doc: "maximum time from the start of the program to its hello, in milliseconds."
    },
    %Definition{
      name: :lazy,
      scope: :instance,
      type: :boolean,
      default: false,
      doc: "whether the program starts only with the first request."
    },
    %Definition{
      name: :executable,
      scope: :instance,
      type: :path,
      default_doc: "the environment variable `THUMBNAILER_EXECUTABLE`, else the one in `priv`",
      doc: "the path of the program."
    }
  ]

  @doc false
  @spec table() :: [Definition.t()]
  def table, do: @table
end
