defmodule Thumbnailer.Request do
  @moduledoc false
  # A checked request: made in the caller, kept in the queue, sent by the port.

  alias Thumbnailer.{Formats, InstanceOptions, Options, Size, Source}
  alias Thumbnailer.Step.Catalog

  # The program refuses more outputs: docs/protocol.md.
  @max_outputs 64

  @enforce_keys [:op]
  defstruct [
    :op,
    :source,
    :timeout,
    :retries,
    :caller,
    shared_storage: false,
    coalesce: false,
    spec: %{}
  ]

  @type t :: %__MODULE__{
          op: :make | :probe | :info | :stats | :ping | :add_step | :remove_step,
          # :stream for a stream, which stays with its caller
          source: {:path, binary} | {:bytes, binary} | {:stream, Enumerable.t()} | :stream | nil,
          # nil: the instance's
          timeout: pos_integer | nil,
          retries: non_neg_integer | nil,
          # callers take turns: the process that asked, or on whose behalf tasks ask
          caller: pid | nil,
          # whether the nodes of a cluster read paths themselves
          shared_storage: boolean,
          # whether identical requests may share it
          coalesce: boolean,
          spec: map
        }

  @doc "The request that gives a translated step to a program."
  @spec add_step(%{name: atom, hash: binary, translation: binary}) :: t
  def add_step(loaded) do
    %__MODULE__{
      op: :add_step,
      spec: %{name: to_string(loaded.name), hash: loaded.hash},
      source: {:bytes, loaded.translation}
    }
  end

  @doc "A request for thumbnails, and the instance it is for."
  @spec make!(Source.t(), [Options.output()] | Options.set(), keyword) :: {t, GenServer.server()}
  def make!(source, outputs, opts) do
    {request, on} = check!(source, outputs, opts)
    outputs = Enum.map(request.spec.outputs, &put_steps(&1, on))
    {%{request | spec: %{outputs: outputs}}, on}
  end

  @doc "The same for an instance that need not run: what it has to know, its steps, is not checked."
  @spec check!(Source.t(), [Options.output()] | Options.set(), keyword) :: {t, GenServer.server()}
  def check!(source, outputs, opts) do
    {outputs, opts} = split_set(outputs, opts)
    given = Options.cast!(opts, [:call, :request, :output])
    {on, given} = Map.pop(given, :on, InstanceOptions.default_name())
    {timeout, given} = Map.pop(given, :timeout)
    {retries, given} = Map.pop(given, :retries)
    {shared_storage, given} = Map.pop(given, :shared_storage, false)
    {coalesce, shared} = Map.pop(given, :coalesce, false)

    outputs = outputs |> outputs!() |> check_count!() |> Enum.map(&output!(&1, shared))
    refuse_same_file!(outputs)

    {%__MODULE__{
       op: :make,
       source: source |> Source.cast!() |> refuse_stream!(coalesce),
       timeout: timeout,
       retries: retries,
       caller: caller(),
       shared_storage: shared_storage,
       coalesce: coalesce,
       spec: %{outputs: outputs}
     }, on}
  end

  @doc """
  The steps of an option `:step` as the instance has them: name, value of each parameter, and hash of the module. What is kept
  of a thumbnail is kept under these, because a step may change while its name stays.
  """
  @spec steps!(GenServer.server() | {:cluster, atom}, term) :: [{String.t(), [float], String.t()}]
  def steps!(on, given) do
    %{step: steps} = Options.cast!([step: given], [:output])
    Catalog.cast!(on, steps)
  end

  @doc "A request to read the header of an image, and the instance it is for."
  @spec probe!(Source.t(), keyword) :: {t, GenServer.server()}
  def probe!(source, opts) do
    given = Options.cast!(opts, [:call, :request])

    coalesce = Map.get(given, :coalesce, false)

    request = %__MODULE__{
      op: :probe,
      source: source |> Source.cast!() |> refuse_stream!(coalesce),
      timeout: given[:timeout],
      retries: given[:retries],
      caller: caller(),
      shared_storage: Map.get(given, :shared_storage, false),
      coalesce: coalesce
    }

    {request, Map.get(given, :on, InstanceOptions.default_name())}
  end

  # Elixir's tasks keep the processes that led to them, the first one last.
  defp caller do
    case Process.get(:"$callers") do
      [_ | _] = callers -> List.last(callers)
      _none -> self()
    end
  end

  @doc """
  The outputs of a call: the list itself, or every size in every format of a set.

      iex> Thumbnailer.Request.outputs!(sizes: ["320x", "640x"], formats: [:avif, :jpeg])
      [{"320x", [format: :avif]}, {"320x", [format: :jpeg]}, {"640x", [format: :avif]}, {"640x", [format: :jpeg]}]
  """
  @spec outputs!([Options.output()] | Options.set()) :: [Options.output()]
  def outputs!([{name, _} | _] = set) when name in [:sizes, :formats] do
    unless Enum.sort(Keyword.keys(set)) in [[:formats, :sizes], [:sizes]] and
             Enum.all?(set, fn {_name, list} -> is_list(list) and list != [] end) do
      raise ArgumentError,
            "a set must be [sizes: [320, 640], formats: [:avif, :jpeg]], of which formats may be missing, got: " <>
              inspect(set, limit: 10)
    end

    case set[:formats] do
      nil -> set[:sizes]
      formats -> for size <- set[:sizes], format <- formats, do: {size, [format: format]}
    end
  end

  def outputs!(outputs), do: outputs

  # What stands beside the sizes and formats of a set are options that all share.
  defp split_set([{name, _} | _] = given, opts) when is_atom(name) and is_list(opts) do
    {set, beside} = Keyword.split(given, [:sizes, :formats])
    {set, beside ++ opts}
  end

  defp split_set(outputs, opts), do: {outputs, opts}

  defp output!({size, own}, shared) when is_list(own) do
    shared
    |> Map.merge(Options.cast!(own, [:output]))
    |> Map.merge(Size.parse!(size))
    |> put_format()
  end

  defp output!(size, shared), do: output!({size, []}, shared)

  # What the program takes: the values of all parameters, for the module that described them.
  defp put_steps(%{step: given} = output, on), do: %{output | step: Catalog.cast!(on, given)}
  defp put_steps(output, _on), do: output

  # A file is what its name says. Without a suffix that says it, the caller does.
  defp put_format(%{to: path} = output) do
    case {Formats.of_path(path), Map.get(output, :format)} do
      {nil, nil} -> refuse_suffix!(path)
      {nil, _given} -> output
      {format, nil} -> Map.put(output, :format, check_saved!(format, path))
      {format, format} -> output
      {_any, :auto} -> output
      {format, given} -> refuse_contradiction!(path, format, given)
    end
  end

  defp put_format(output), do: output

  @spec refuse_suffix!(Path.t()) :: no_return
  defp refuse_suffix!(path) do
    suffixes = Enum.map_join(Formats.savers(), ", ", &("." <> Formats.suffix(&1)))

    raise ArgumentError,
          "the suffix of #{inspect(path)} (option :to) says no format; give it one of #{suffixes}, or give the option :format"
  end

  @spec refuse_contradiction!(Path.t(), Formats.name(), Formats.saved()) :: no_return
  defp refuse_contradiction!(path, format, given) do
    raise ArgumentError,
          "the suffix of #{inspect(path)} (option :to) says #{format}, and the option :format #{inspect(given)}"
  end

  defp check_saved!(format, path) do
    if Formats.saves?(format) do
      format
    else
      raise ArgumentError,
            "no thumbnail can be written as #{format}, which the suffix of #{inspect(path)} asks for; " <>
              "written are #{Enum.join(Formats.savers(), ", ")}"
    end
  end

  defp check_count!(outputs) when is_list(outputs) and length(outputs) in 1..@max_outputs,
    do: outputs

  defp check_count!(other) do
    raise ArgumentError,
          "outputs must be a list of 1 to #{@max_outputs} sizes or {size, options}, got: " <>
            inspect(other, limit: 5)
  end

  @doc "Raises for a streamed source, because it cannot be compared with another before it is read."
  @spec refuse_stream!(source, boolean) :: source when source: term
  def refuse_stream!({:stream, _enumerable}, true) do
    raise ArgumentError,
          "coalesce: true needs a path or {:bytes, iodata}: whether two streams are the same, nobody can tell"
  end

  def refuse_stream!(source, _coalesce), do: source

  defp refuse_same_file!(outputs) do
    paths = for %{to: path} <- outputs, do: path

    with [twice | _] <- paths -- Enum.uniq(paths) do
      raise ArgumentError, "two outputs would be written to the same file, #{inspect(twice)}"
    end
  end
end
