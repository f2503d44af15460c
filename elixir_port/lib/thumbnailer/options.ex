defmodule Thumbnailer.Options do
  @moduledoc """
  The options of `Thumbnailer.make/3` and its siblings: one row each, from which checks, documentation and
  the flags of `mix thumbnailer.batch` are made. `test/contract/options.tsv` holds the same rows for the
  port program.
  """

  alias Thumbnailer.{Formats, Option, Size}

  @table [
    %Option{
      name: :on,
      scope: :call,
      type: :instance,
      default: Thumbnailer,
      doc: "the instance that does the work, or `{:cluster, group}`, see `Thumbnailer.Cluster`."
    },
    %Option{
      name: :shared_storage,
      scope: :call,
      type: :boolean,
      default: false,
      doc:
        "with `on: {:cluster, group}`, whether a source that is a path is read by the node that makes the thumbnail, " <>
          "instead of travelling there as bytes."
    },
    %Option{
      name: :timeout,
      wire: :deadline,
      scope: :request,
      type: :integer,
      min: 1,
      max: 3_600_000,
      default_doc: "the instance's `:deadline`, 30,000",
      doc: "how long the whole call may take, in milliseconds; time spent in the queue counts."
    },
    %Option{name: :width, wire: :width, scope: :size, type: :integer, min: 1, max: Size.max()},
    %Option{name: :height, wire: :height, scope: :size, type: :integer, min: 1, max: Size.max()},
    %Option{
      name: :fit,
      wire: :fit,
      scope: :output,
      type: :choice,
      choices: [:inside, :cover, :contain, :fill, :outside],
      default: :inside,
      doc:
        "how the image meets the box: `:inside` keeps the shape and stays within it, `:outside` keeps the " <>
          "shape and covers it, `:cover` covers it and cuts off what stands over, `:contain` is `:inside` with " <>
          "`:background` around it, `:fill` stretches."
    },
    %Option{
      name: :enlarge,
      wire: :enlarge,
      scope: :output,
      type: :boolean,
      default: false,
      doc: "whether the image may become larger than it is."
    },
    %Option{
      name: :format,
      wire: :format,
      scope: :output,
      type: :choice,
      choices: [:auto | Formats.savers()],
      default: :auto,
      default_doc: "what the suffix of `:to` says, else `:auto`",
      doc:
        "the format of the thumbnail. `:auto` keeps that of the source; svg becomes png, tiff becomes jpeg, " <>
          "or png when it has alpha."
    },
    %Option{
      name: :quality,
      wire: :quality,
      scope: :output,
      type: :integer,
      min: 1,
      max: 100,
      default_doc: Formats.quality_doc(),
      doc: "how much of the picture a lossy format keeps."
    },
    %Option{
      name: :background,
      wire: :background,
      scope: :output,
      type: :colour,
      default: "#ffffffff",
      doc:
        "the colour behind transparent pixels in jpeg, and around the image with `fit: :contain`."
    },
    %Option{
      name: :to,
      wire: :to,
      scope: :output,
      type: :path,
      default_doc: "none, the bytes are returned",
      doc:
        "the file that the thumbnail is written to, atomically: it appears whole or not at all, and takes the " <>
          "place of a file of that name."
    }
  ]

  @doc "All rows."
  @spec table() :: [Option.t()]
  def table, do: @table

  @doc "The rows that callers give as options, of these scopes."
  @spec table([:call | :request | :output]) :: [Option.t()]
  def table(scopes), do: Enum.filter(@table, &(&1.scope in scopes))

  @doc "The documentation of the options of these scopes, as a Markdown list."
  @spec docs([:call | :request | :output]) :: String.t()
  def docs(scopes \\ [:output, :request, :call]), do: scopes |> table() |> Option.docs()

  @doc """
  Checks options and yields their values by wire name; raises `ArgumentError` when one is unknown, out of
  place or not accepted.

      iex> Thumbnailer.Options.cast!([fit: :cover, timeout: 500], [:request, :output])
      %{fit: :cover, deadline: 500}
  """
  @spec cast!(keyword, [:call | :request | :output]) :: %{atom => term}
  def cast!(given, scopes) do
    refuse_misplaced!(given, scopes)

    for {option, value} <- Option.cast!(given, table(scopes)),
        into: %{},
        do: {option.wire || option.name, value}
  end

  # Better advice than a near name: the option exists, but elsewhere. What is no keyword list is refused later.
  defp refuse_misplaced!(given, scopes) do
    for %{name: name, scope: scope} <- @table, scope not in scopes, given?(given, name) do
      raise ArgumentError, "option #{inspect(name)} does not belong here: #{place(scope)}"
    end

    :ok
  end

  defp given?(given, name), do: is_list(given) and List.keymember?(given, name, 0)

  defp place(:size),
    do: ~s(the size is an argument of its own, such as {200, 100}, "200x" or "x100")

  defp place(:output), do: "it is an option of make/3 and make_all/3"
  defp place(_call_or_request), do: "it is an option of the whole call, not of one output"
end
