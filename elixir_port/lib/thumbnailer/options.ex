defmodule Thumbnailer.Options do
  @moduledoc """
  The options of `Thumbnailer.make/3` and similar functions, one row each. Checks, documentation and the flags of
  `mix thumbnailer.batch` are made from the rows. `test/contract/options.tsv` has the same rows for the program.
  """

  alias Thumbnailer.{Formats, InstanceOptions, Options, Size}
  alias Thumbnailer.Options.{Appearance, Definition, Examples, Geometry, Typespec}

  @call [
    %Definition{
      name: :on,
      scope: :call,
      type: :instance,
      default: InstanceOptions.default_name(),
      doc: "the instance to use, or `{:cluster, group}`, see `Thumbnailer.Cluster`."
    },
    %Definition{
      name: :shared_storage,
      scope: :call,
      type: :boolean,
      default: false,
      doc:
        "with `on: {:cluster, group}`, whether the node that makes the thumbnail reads the path of the source itself, " <>
          "instead of receiving the bytes."
    },
    %Definition{
      name: :timeout,
      wire: :timeout,
      scope: :request,
      type: :integer,
      min: 1,
      max: 3_600_000,
      default_doc: "the instance's `:timeout`, 30,000",
      doc: "maximum time for the whole call in milliseconds, including the time in the queue."
    },
    %Definition{
      name: :retries,
      scope: :call,
      type: :integer,
      min: 0,
      max: 10,
      default_doc: "the instance's `:retries`, 0",
      doc:
        "how often the request is sent again if the program ends while the request is in flight. A request that " <>
          "crashed a worker is never sent again."
    },
    %Definition{
      name: :coalesce,
      scope: :call,
      type: :boolean,
      default: false,
      doc:
        "whether identical requests of this node at the same time are made only once, with the same result for all " <>
          "callers. Not for streams, because they cannot be compared."
    },
    %Definition{
      name: :reply_to,
      scope: :async,
      type: :recipient,
      default_doc: "the caller",
      doc: "the process that gets the message with the result."
    },
    %Definition{
      name: :max_concurrency,
      scope: :stream,
      type: :integer,
      min: 1,
      max: 1_000_000,
      default_doc: "twice the number of schedulers",
      doc:
        "the number of requests at the same time; twice the number of workers keeps all workers busy."
    },
    %Definition{
      name: :ordered,
      scope: :stream,
      type: :boolean,
      default: true,
      doc:
        "whether results come in the order of the sources (`true`) or as soon as they are ready (`false`)."
    },
    %Definition{
      name: :width,
      wire: :width,
      scope: :size,
      type: :integer,
      min: 1,
      max: Size.max()
    },
    %Definition{
      name: :height,
      wire: :height,
      scope: :size,
      type: :integer,
      min: 1,
      max: Size.max()
    }
  ]

  # Built once, at compile time: every call reads it, and a new list would be 40 KB of garbage in each caller.
  @table @call ++ Geometry.table() ++ Appearance.table() ++ Options.Encoding.table()

  @typedoc "Where an option belongs: to every call, to calls about images, to an output, to async/3, to stream/3."
  @type scope :: :call | :request | :output | :async | :stream

  @typedoc "An option of a thumbnail, such as `{:fit, :cover}`."
  @type output_option :: unquote(Typespec.union(Enum.filter(@table, &(&1.scope == :output))))

  @typedoc "An option of a call about one image, such as `{:timeout, 500}`."
  @type call_option ::
          unquote(Typespec.union(Enum.filter(@table, &(&1.scope in [:call, :request]))))

  @typedoc "An option of `Thumbnailer.async/3` alone."
  @type async_option :: unquote(Typespec.union(Enum.filter(@table, &(&1.scope == :async))))

  @typedoc "An option of `Thumbnailer.stream/3` alone."
  @type stream_option :: unquote(Typespec.union(Enum.filter(@table, &(&1.scope == :stream))))

  @typedoc "An option of `Thumbnailer.make/3`."
  @type option :: output_option | call_option

  @typedoc "One thumbnail of several: its size, and the options that differ from those that all share."
  @type output :: Size.t() | {Size.t(), [output_option]}

  @typedoc "Every size in every format, without formats in that of the source; and options that all share."
  @type set :: [
          {:sizes, [Size.t(), ...]} | {:formats, [Formats.saved() | :auto, ...]} | option
        ]

  @doc false
  @spec table() :: [Definition.t()]
  def table, do: @table

  @doc false
  # The rows that callers give as options, of these scopes.
  @spec table([scope]) :: [Definition.t()]
  def table(scopes), do: Enum.filter(table(), &(&1.scope in scopes))

  @doc false
  # The documentation of the options of these scopes, as a Markdown list.
  @spec docs([scope]) :: String.t()
  def docs(scopes \\ [:output, :request, :call]),
    do: scopes |> table() |> Definition.docs(&Examples.code/1)

  @doc false
  # Checks options and yields their values by wire name; raises when one is unknown, out of place or not accepted.
  @spec cast!(keyword, [scope]) :: %{atom => term}
  def cast!(given, scopes) do
    refuse_misplaced!(given, scopes)

    for {option, value} <- Definition.cast!(given, table(scopes)),
        into: %{},
        do: {option.wire || option.name, value}
  end

  @doc false
  # Checks the options of one scope among others and takes them out; those that are not given have their defaults.
  @spec split!(keyword, :async | :stream) :: {%{atom => term}, keyword}
  def split!(given, scope) do
    rows = table([scope])
    names = Enum.flat_map(rows, &Definition.names/1)
    {own, rest} = if Keyword.keyword?(given), do: Keyword.split(given, names), else: {[], given}
    defaults = for %{name: name, default: default} <- rows, default != nil, do: {name, default}
    {Map.merge(Map.new(defaults), cast!(own, [scope])), rest}
  end

  # The option exists in another place, which is better advice than a similar name. A non-keyword is refused later.
  defp refuse_misplaced!(given, scopes) do
    known = Enum.flat_map(@table, &Definition.names/1)

    for %{name: name} <- InstanceOptions.table(), name not in known, given?(given, name) do
      raise ArgumentError,
            "option #{inspect(name)} does not belong here: it is an option of an instance, as in " <>
              "{Thumbnailer, name: MyApp.Thumbs, #{name}: ...}"
    end

    for %{scope: scope} = row <- table(),
        scope not in scopes,
        name <- Definition.names(row),
        given?(given, name) do
      raise ArgumentError, "option #{inspect(name)} does not belong here: #{place(scope)}"
    end

    :ok
  end

  defp given?(given, name), do: is_list(given) and List.keymember?(given, name, 0)

  defp place(:size),
    do: ~s(the size is an argument of its own, such as {200, 100}, "200x" or "x100")

  defp place(:output), do: "it is an option of make/3 and make_many/3"
  defp place(:async), do: "it is an option of async/3"
  defp place(:stream), do: "it is an option of stream/3"
  defp place(_call_or_request), do: "it is an option of the whole call, not of one output"
end
