defmodule Thumbnailer.Batch do
  alias Thumbnailer.Batch.{OutputName, Report, Run, Setting}
  alias Thumbnailer.Batch.Input.Search
  alias Thumbnailer.OS.RawPath
  alias Thumbnailer.{Error, Keywords, Options, Request}

  @moduledoc """
  Thumbnails of whole trees of images: what `mix thumbnailer.batch` does.

      {:ok, report} = Thumbnailer.Batch.run("photos", out: "thumbs", sizes: ["200x200"], jobs: 2)
      {3, 0} = {report.made, report.failed}

  All inputs are looked at before the first image is made: outputs that would clash are refused then. They are kept in a file, and
  some 50 bytes of memory for each are all that grows with their number. Each image is decoded once for all sizes and formats.
  Outputs mirror the tree below `:out`: `photos/a/b.jpg` becomes `thumbs/a/b.jpg`, with several sizes `thumbs/a/b-200x200.jpg` and so
  on; `:name` says otherwise.

  A journal in `:out`/.thumbnailer knows what was made, of what and with which options. A run that was stopped, however
  that happened, goes on where it was; a changed image or option is made again, an unchanged one is not.

  Nothing that is not the batch's own is ever replaced: neither an image of the run, by whatever link or spelling an output's path
  leads to it, nor a file that the journal does not know.

  ## Options

  #{Setting.docs()}

  All other options are those of `Thumbnailer.make/3`, such as `:quality` or `:fit`.
  """

  @enforce_keys [:patterns, :out]
  defstruct [:patterns, :out, options: []] ++ Setting.defaults()

  @typedoc false
  @type t :: %__MODULE__{}

  @typedoc "An option of `run/2`, of its table or of `Thumbnailer.make/3`."
  @type option :: {atom, term}

  @doc """
  Makes the thumbnails of all images that `patterns` stand for: a file, a folder, a glob, or a list of them.

  It ends early when `:observe` returns `:stop`, after the first failure with `on_failure: :stop`, or when the disk is full: no further
  image is begun, and those that are under way are finished. Then `report.stopped` is true, and `report.halted` is the
  error that ended it, if one did. The error of the call itself says why nothing was begun.

      {:ok, report} =
        Thumbnailer.Batch.run(["photos"], out: "small", sizes: ["100x100"], quality: 70, observe: fn report ->
          if report.failed > 10, do: :stop
        end)

      {3, 0} = {report.made, report.failed}
  """
  @doc since: "0.1.0"
  @spec run(String.t() | [String.t()], [option]) :: {:ok, Report.t()} | {:error, Error.t()}
  def run(patterns, opts), do: patterns |> new!(opts) |> check_steps!() |> start()

  @doc false
  # A batch that was checked; raises `ArgumentError` for what the caller may not ask for.
  @spec new!(String.t() | [String.t()], [option]) :: t
  def new!(patterns, opts) do
    {own, options} = opts |> Keywords.keyword!() |> Keyword.split(Setting.names())
    own = Setting.check!(own)
    {format, options} = Keyword.pop(options, :format, :auto)
    _checked = Options.cast!(options, [:request, :output])

    %__MODULE__{patterns: patterns!(patterns, own[:from]), out: nil, options: options}
    |> struct!(own)
    |> Map.update!(:formats, &(&1 || [format]))
    |> place!()
    |> name!()
  end

  @doc false
  # Raises `ArgumentError` for a step that the instance does not have, or a parameter that it does not take.
  @spec check_steps!(t) :: t
  def check_steps!(%__MODULE__{on: on, options: options} = batch) do
    _ = if options[:step], do: Request.steps!(on, options[:step])
    batch
  end

  @doc false
  @spec start(t) :: {:ok, Report.t()} | {:error, Error.t()}
  def start(%__MODULE__{on: on} = batch), do: Run.run(batch, group(on))

  # Where subscribers hear of a batch.
  defp group({:cluster, group}), do: group
  defp group(_instance), do: __MODULE__

  defp patterns!(patterns, from) do
    case List.wrap(patterns) do
      [] when from == nil ->
        raise ArgumentError, "give at least one file, folder or glob, or a list with :from"

      patterns ->
        Enum.map(patterns, &pattern!/1)
    end
  end

  defp pattern!(pattern) when is_binary(pattern) and pattern != "", do: pattern

  defp pattern!(other),
    do:
      raise(ArgumentError, "a pattern must be a file, a folder or a glob, got: #{inspect(other)}")

  # Beside the originals means in the folder that the outputs mirror.
  defp place!(%{beside: true, out: nil, patterns: [pattern], from: nil} = batch),
    do: %{batch | out: pattern |> Search.base() |> RawPath.expand()}

  defp place!(%{beside: true}),
    do:
      raise(
        ArgumentError,
        "option :beside takes one folder, glob or file, and no :out and no :from"
      )

  defp place!(%{out: nil}),
    do: raise(ArgumentError, "option :out is missing: the folder for the thumbnails")

  defp place!(batch), do: %{batch | out: RawPath.expand(batch.out)}

  defp name!(%{name: nil} = batch),
    do:
      check_name!(
        batch,
        OutputName.arranged(batch.sizes, Map.take(batch, [:flat, :suffix, :beside]))
      )

  defp name!(%{flat: true}),
    do: raise(ArgumentError, "options :name and :flat contradict each other")

  defp name!(%{suffix: <<_::binary>>}),
    do: raise(ArgumentError, "options :name and :suffix contradict each other")

  defp name!(batch), do: check_name!(batch, OutputName.parse!(batch.name))

  defp check_name!(batch, name),
    do: %{batch | name: OutputName.check!(name, batch.sizes, batch.formats)}
end
