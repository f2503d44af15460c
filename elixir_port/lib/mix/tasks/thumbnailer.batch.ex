defmodule Mix.Tasks.Thumbnailer.Batch do
  @shortdoc "Makes thumbnails of whole trees of images"

  alias Thumbnailer.{Batch, Option, Options}

  # --to would give every image the same file.
  @flags Enum.reject(Options.table([:output, :request]), &(&1.name == :to))

  @moduledoc """
  Makes thumbnails of whole trees of images.

      mix thumbnailer.batch photos --out thumbs
      mix thumbnailer.batch "photos/**/*.jpg" extra.png --out thumbs --size 200x200 --size 800x --format webp --jobs 4

  Each pattern is a file, a folder or a glob (quoted, so that the shell leaves it alone). Outputs mirror the
  input tree below `--out`; with several sizes the size is part of the name. Each file appears whole or not at all.

  Shows its progress, then a summary and every failure with its reason. Ends with status 1 when an image failed or
  when the patterns match nothing.

  ## Flags

    * `--out` - the folder for the thumbnails; it is made when it is missing
    * `--size` - a size, such as `200`, `200x100`, `200x` or `x100`; may be given several times. Default: `200x200`
    * `--jobs` - how many images are worked on at the same time. Default: one for each processor
    * `--quiet` - show no progress

  #{Enum.map_join(@flags, "\n", &"  * `--#{&1.name}` - as in `Thumbnailer.make/3`: #{&1.doc}")}
  """

  use Mix.Task

  @requirements ["app.config"]

  @switches [out: :string, size: :keep, jobs: :integer, quiet: :boolean] ++
              Enum.map(@flags, &{&1.name, if(&1.type == :boolean, do: :boolean, else: :string)})

  @impl true
  def run(arguments) do
    batch = parse!(arguments)
    quiet = "--quiet" in arguments

    {:ok, instance} = Thumbnailer.start_link(name: batch.on, workers: batch.jobs)
    report = if quiet, do: Batch.run(batch), else: Batch.Progress.run(batch, :stdio, terminal?())
    Supervisor.stop(instance)

    Enum.each(Batch.Report.summary(report, System.monotonic_time(:millisecond)), &IO.puts/1)

    if report.done == 0,
      do: Mix.shell().error("no image matches #{Enum.join(batch.patterns, " ")}")

    if report.done == 0 or report.failures != [], do: exit({:shutdown, 1})
  end

  @doc false
  @spec parse!([String.t()]) :: Batch.t()
  def parse!(arguments) do
    {flags, patterns} = OptionParser.parse!(arguments, strict: @switches)

    if patterns == [],
      do: Mix.raise("give at least one file, folder or glob; see mix help thumbnailer.batch")

    %Batch{
      patterns: patterns,
      out: flags[:out] || Mix.raise("give the folder for the thumbnails: --out DIR"),
      sizes: sizes(Keyword.get_values(flags, :size)),
      jobs: jobs(Keyword.get(flags, :jobs, System.schedulers_online())),
      on: __MODULE__,
      options:
        for(
          option <- @flags,
          {:ok, given} <- [Keyword.fetch(flags, option.name)],
          do: parse_flag!(option, given)
        )
    }
  end

  # Said before the first image, not after each.
  defp sizes([]), do: ["200x200"]

  defp sizes(sizes) do
    Enum.each(sizes, &Thumbnailer.Size.parse!/1)
    Enum.uniq(sizes)
  rescue
    error in ArgumentError -> Mix.raise("--size: " <> error.message)
  end

  defp jobs(jobs) when jobs in 1..256, do: jobs
  defp jobs(jobs), do: Mix.raise("--jobs #{jobs}: it takes an integer from 1 to 256")

  defp parse_flag!(option, given) do
    case Option.parse(option, given) do
      {:ok, value} -> {option.name, value}
      :error -> Mix.raise("--#{option.name} #{given}: it takes #{takes(option)}")
    end
  end

  defp takes(%{type: :choice, choices: choices}), do: "one of " <> Enum.join(choices, ", ")
  defp takes(%{type: :colour}), do: "a colour such as #fff, #ff8800 or #ff880080"
  defp takes(option), do: Option.accepts(option)

  # The Elixir launcher looks at the terminal when it decides on colours.
  defp terminal?, do: IO.ANSI.enabled?()
end
