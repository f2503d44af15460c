defmodule Thumbnailer.InstanceOptions do
  @moduledoc """
  The options of an instance, one row each. Checks, documentation and the command line of the program are made from
  the rows. `Thumbnailer.info/1` has the values that the program uses.
  """

  alias Thumbnailer.Options.{Definition, InstanceLimits, InstanceSurroundings, Typespec}

  # More than any machine can use; the program accepts up to 63 bits.
  @max_number 1_000_000_000_000

  # An atom instead of the module, to avoid a compile-time dependency.
  @default_name :"Elixir.Thumbnailer"

  @work [
    %Definition{
      name: :name,
      scope: :instance,
      type: :name,
      default_doc: "none, it is required",
      doc: "the name of the instance, for the option `:on` of calls."
    },
    %Definition{
      name: :workers,
      wire: "--workers",
      scope: :instance,
      type: :integer,
      min: 1,
      max: 256,
      default_doc: "one for each processor",
      doc: "the number of worker processes; each makes one image at a time."
    },
    %Definition{
      name: :max_images_per_worker,
      wire: "--max-images-per-worker",
      scope: :instance,
      type: :integer,
      min: 1,
      max: @max_number,
      default_doc: "100",
      doc:
        "the number of images that a worker process makes before a new one replaces it; 1 gives each image a new " <>
          "process."
    },
    %Definition{
      name: :timeout,
      wire: "--timeout",
      scope: :instance,
      type: :integer,
      min: 1,
      max: 3_600_000,
      default: 30_000,
      doc: "maximum time for a call without the option `:timeout`, in milliseconds."
    },
    %Definition{
      name: :retries,
      scope: :instance,
      type: :integer,
      min: 0,
      max: 10,
      default: 0,
      doc:
        "how often a request is sent again if the program ends while it is in flight, for calls without this option."
    },
    %Definition{
      name: :shutdown,
      scope: :instance,
      type: :integer,
      min: 0,
      max: 3_600_000,
      default: 5_000,
      doc:
        "maximum time for admitted requests to finish when the instance is stopped, in milliseconds."
    }
  ]

  @table @work ++ InstanceLimits.table() ++ InstanceSurroundings.table()

  @doc """
  The name of the default instance.

      iex> Thumbnailer.InstanceOptions.default_name()
      Thumbnailer
  """
  @doc since: "0.1.0"
  @spec default_name() :: atom
  def default_name, do: @default_name

  @typedoc "An option of an instance."
  @type option :: unquote(Typespec.union(@table))

  @doc false
  @spec table() :: [Definition.t()]
  def table, do: @table

  @doc false
  # The documentation of all rows, as a Markdown list.
  @spec docs() :: String.t()
  def docs, do: Definition.docs(@table)

  @doc false
  # The options of an instance with their defaults; raises `ArgumentError` for the first that is wrong.
  @spec cast!(keyword) :: keyword
  def cast!(opts) do
    defaults = for %{default: default, name: name} <- @table, default != nil, do: {name, default}
    given = for {option, value} <- Definition.cast!(opts, @table), do: {option.name, value}
    require_name!(given)
    refuse_contradiction!(given)
    Keyword.merge(defaults, given)
  end

  # Without it a second instance would have the name of the default one.
  defp require_name!(given) do
    unless Keyword.has_key?(given, :name) do
      raise ArgumentError,
            "option :name is required, such as {Thumbnailer, name: MyApp.Thumbs, workers: 4}; the default instance has " <>
              "its options from config :thumbnailer, default: [workers: 4]"
    end
  end

  defp refuse_contradiction!(given) do
    if given[:isolation] == :image and Keyword.get(given, :max_images_per_worker, 1) != 1 do
      raise ArgumentError,
            "isolation: :image means max_images_per_worker: 1, which contradicts max_images_per_worker: #{given[:max_images_per_worker]}"
    end
  end

  @doc false
  # The command line of the port program; with `events?` it reports its workers.
  @spec arguments(keyword, boolean) :: [String.t()]
  def arguments(opts, events? \\ false) do
    opts =
      if opts[:isolation] == :image, do: Keyword.put(opts, :max_images_per_worker, 1), else: opts

    flags =
      for %Definition{wire: flag} = option <- @table,
          flag != nil,
          {:ok, given} <- [Keyword.fetch(opts, option.name)],
          value <- values(option, given),
          do: "#{flag}=#{value}"

    ["--die-with-parent", "--log-events" | if(events?, do: ["--events" | flags], else: flags)]
  end

  # One flag for each folder; one flag for all names, separated by commas.
  defp values(%{type: :fonts}, []), do: ["none"]
  defp values(%{type: :names}, names), do: [Enum.join(names, ",")]
  defp values(_option, given), do: List.wrap(given)
end
